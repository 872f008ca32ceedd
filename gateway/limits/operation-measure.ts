/**
 * The size of a selection set as if all its fragments were spread. A list multiplies the cost of what is below it by
 * its page size: `first` or `last` where given, else an assumed one; the lists inside a connection (`edges`, `nodes`)
 * are the same items and multiply no further.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, typeWithin } from '../execution/selected-types.ts';
import type { CostWeights } from './cost-weights.ts';

export interface MeasuredOperation {
  /** Those of the supergraph; where it has none, the fields of the answer are counted. */
  readonly weights?: CostWeights | undefined;
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Measure {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields on this level. */
  readonly fields: number;
  readonly cost: number;
}

const nothing: Measure = { depth: 0, aliases: 0, directives: 0, fields: 0, cost: 0 };

/** Side by side: the deeper one decides the depth, everything else adds up. */
export const addMeasures = (one: Measure, other: Measure): Measure => ({
  depth: Math.max(one.depth, other.depth),
  aliases: one.aliases + other.aliases,
  directives: one.directives + other.directives,
  fields: one.fields + other.fields,
  cost: one.cost + other.cost,
});

const isList = (field: GraphQLField<unknown, unknown>): boolean =>
  isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
const isPaged = (field: GraphQLField<unknown, unknown>): boolean =>
  field.args.some(({ name }) => name === 'first' || name === 'last');

/** `paged`: the selection belongs to a connection whose page size is counted already. */
export type MeasureSelections = (
  set: SelectionSetNode,
  parent: GraphQLNamedType | undefined,
  paged: boolean,
) => Measure;

/** The measuring function of one operation; it remembers fragments. */
export const createMeasure = (subject: MeasuredOperation, assumedPageSize: number): MeasureSelections => {
  const { schema, fragments, variables } = subject;
  const known = new Map<string, Measure>();

  const pageSize = (node: FieldNode): number => {
    const argument = node.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last');
    if (argument?.value.kind === Kind.INT) return Math.max(0, Number(argument.value.value));
    if (argument?.value.kind !== Kind.VARIABLE) return assumedPageSize;
    const name = argument.value.name.value;
    const definition = subject.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    const byDefault = definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
    const value = variables[name] ?? byDefault;
    return typeof value === 'number' ? Math.max(0, value) : assumedPageSize;
  };

  const measureField = (node: FieldNode, parent: GraphQLNamedType | undefined, paged: boolean): Measure => {
    const own: Measure = {
      depth: 1,
      aliases: node.alias ? 1 : 0,
      directives: node.directives?.length ?? 0,
      fields: 1,
      cost: 1,
    };
    const field = fieldOf(parent, node.name.value);
    if (!node.selectionSet || !field) return own;
    const below = measure(node.selectionSet, getNamedType(field.type), isPaged(field) && !isList(field));
    const items = isPaged(field) || (isList(field) && !paged) ? pageSize(node) : 1;
    return {
      depth: 1 + below.depth,
      aliases: own.aliases + below.aliases,
      directives: own.directives + below.directives,
      fields: 1,
      // A size may be any number, and the product must stay one that can be compared.
      cost: Math.min(Number.MAX_SAFE_INTEGER, 1 + items * below.cost),
    };
  };

  const measureFragment = (name: string, paged: boolean): Measure => {
    const key = `${name} ${paged}`;
    const measured = known.get(key);
    if (measured) return measured;
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    const result = measure(fragment.selectionSet, typeWithin(schema, fragment, undefined), paged);
    known.set(key, result);
    return result;
  };

  const measure: MeasureSelections = (set, parent, paged) => {
    let total = nothing;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        total = addMeasures(total, measureField(selection, parent, paged));
        continue;
      }
      const spread =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value, paged)
          : measure(selection.selectionSet, typeWithin(schema, selection, parent), paged);
      total = addMeasures(total, { ...spread, directives: spread.directives + (selection.directives?.length ?? 0) });
    }
    return total;
  };
  return measure;
};
