/**
 * Executes an operation by graphql-js over one schema that has everything in it: the result that a gateway must match.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  isObjectType,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from '../../gateway/execution/result-builder.ts';
import type { Faults } from './faults.ts';
import { type Instance, isInstance, type World } from './world.ts';

export interface Monolith {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly world: World;
}

export interface MonolithRequest {
  readonly document: DocumentNode;
  readonly kind: OperationTypeNode;
  readonly variables: Variables;
  readonly faults: Faults;
}

const isList = (schema: GraphQLSchema, { type }: Instance, field: string): boolean => {
  const object = schema.getType(type);
  return isObjectType(object) && /^\[/.test(String(object.getFields()[field]?.type));
};

/** Resolves the fields of every type from the world, with the faults that a single schema can have. */
const resolveField = (supergraphSchema: GraphQLSchema, world: World, faults: Faults) => {
  const evaluate = (value: unknown, selection: SelectionSetNode | undefined): unknown => {
    if (!selection || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => evaluate(item, selection));
    if (!isInstance(value)) throw new Error('a requirement of no object');
    const type = supergraphSchema.getType(value.type);
    if (!isObjectType(type)) throw new Error(value.type);
    return Object.fromEntries(
      selection.selections.map((field) => {
        const definition = field.kind === Kind.FIELD ? type.getFields()[field.name.value] : undefined;
        if (field.kind !== Kind.FIELD || !definition) throw new Error('a requirement of no field');
        const raw = world.value(value, definition.name, getArgumentValues(definition, field));
        return [definition.name, evaluate(raw, field.selectionSet)];
      }),
    );
  };
  return (source: unknown, args: Record<string, unknown>, field: string): unknown => {
    if (!isInstance(source)) throw new Error('a field of no object');
    const fault = faults.ofField(source, field);
    if (fault === 'error') throw new GraphQLError('a field failed');
    if (fault === 'null') return null;
    const requirement = world.requirements.get(`${source.type}.${field}`);
    const value = requirement
      ? `needs ${JSON.stringify(evaluate(source, requirement))}`
      : world.value(source, field, args);
    if (fault !== 'bad') return value;
    const bad = world.badValue(source, field);
    if (bad === undefined) return value;
    return isList(supergraphSchema, source, field) ? [bad] : bad;
  };
};

export const executeMonolith = async (
  { schema, supergraphSchema, world }: Monolith,
  { document, kind, variables, faults }: MonolithRequest,
): Promise<ExecutionResult> => {
  const resolve = resolveField(supergraphSchema, world, faults);
  return execute({
    schema,
    document,
    variableValues: variables,
    rootValue: { type: kind === 'mutation' ? 'Mutation' : 'Query', n: 0 },
    fieldResolver: (source, args, _context, { fieldName }) => resolve(source, args, fieldName),
    typeResolver: (value) => (isInstance(value) ? value.type : undefined),
  });
};
