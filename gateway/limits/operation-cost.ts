/**
 * The cost of an operation by the weights of its supergraph, measured before it runs (the static cost of the cost
 * specification, with Apollo's defaults): 1 for each object, interface and union, nothing for scalars and enums, 10 for
 * a mutation. A list costs its items times the sum of their weight and their selection. Arguments cost their weights,
 * input objects 1. Each fragment is measured once, so that measuring is linear in the document.
 */
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { fieldOf, typeWithin } from '../documents/selected-types.ts';
import type { CostWeights, ListSize } from '../supergraph/cost-weights.ts';
import { costOfArgument } from './argument-cost.ts';
import type { MeasuredOperation } from './operation-measure.ts';

const mutationCost = 10;
/** Keeps sums and products comparable as numbers. */
const highest = Number.MAX_SAFE_INTEGER;

/** A size that a field determines for lists below it. */
interface Sized {
  readonly fields: ReadonlySet<string>;
  readonly size: number;
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** The values of the variables, with their defaults. */
const variablesOf = ({ operation, variables: given }: MeasuredOperation): Record<string, unknown> => {
  const variables: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (given[name] !== undefined) variables[name] = given[name];
    else if (defaultValue) variables[name] = valueFromASTUntyped(defaultValue);
  }
  return variables;
};

const sizeOf = (listSize: ListSize, field: GraphQLField<unknown, unknown>, values: ReadonlyMap<string, unknown>) => {
  const all = new Map(field.args.map(({ name, defaultValue }) => [name, values.get(name) ?? defaultValue]));
  const sizes = listSize.slicingArguments.map((name) => all.get(name)).filter((size) => typeof size === 'number');
  if (listSize.requireOneSlicingArgument && listSize.slicingArguments.length > 0 && sizes.length !== 1) {
    throw new AppError(
      'BAD_USER_INPUT',
      `${field.name} needs exactly one of ${listSize.slicingArguments.join(', ')}; it has ${sizes.length}.`,
      { argument: listSize.slicingArguments.join(', ') },
    );
  }
  return sizes.length > 0 ? Math.min(highest, Math.max(0, ...sizes)) : listSize.assumedSize;
};

/** Throws BAD_USER_INPUT when a field does not have exactly one slicing argument although it must. */
export const measureCost = (subject: MeasuredOperation, weights: CostWeights, assumedPageSize: number): number => {
  const { schema, operation, fragments } = subject;
  const variables = variablesOf(subject);

  const typeWeight = (type: GraphQLNamedType): number => {
    const own = weights.weights.get(type.name);
    if (own !== undefined || !isCompositeType(type)) return own ?? 0;
    if (!isAbstractType(type)) return 1;
    return Math.max(1, ...schema.getPossibleTypes(type).map(({ name }) => weights.weights.get(name) ?? 1));
  };

  const fieldWeight = (parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>): number => {
    const own = weights.weights.get(`${parent.name}.${field.name}`);
    if (own !== undefined) return own;
    const ofType = typeWeight(getNamedType(field.type));
    if (!isInterfaceType(parent)) return ofType;
    const implementations = schema.getPossibleTypes(parent);
    return Math.max(ofType, ...implementations.map(({ name }) => weights.weights.get(`${name}.${field.name}`) ?? 0));
  };

  const isSkipped = ({ directives = [] }: SelectionNode): boolean =>
    directives.some(({ name, arguments: given = [] }) => {
      const [condition] = given;
      if (!condition || (name.value !== 'skip' && name.value !== 'include')) return false;
      return valueFromASTUntyped(condition.value, variables) === (name.value === 'skip');
    });

  const costOfField = (node: FieldNode, parent: GraphQLNamedType, sized: Sized | undefined): number => {
    const field = fieldOf(parent, node.name.value);
    if (!field) return 0;
    const coordinate = `${parent.name}.${field.name}`;
    const values = new Map(
      (node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]),
    );
    const listSize = weights.listSizes.get(coordinate);
    const size = listSize && sizeOf(listSize, field, values);
    const below = size === undefined || !listSize ? undefined : { fields: listSize.sizedFields, size };
    const named = getNamedType(field.type);
    const each = fieldWeight(parent, field) + (node.selectionSet ? costOf(node.selectionSet, named, below) : 0);
    const sizeFromAbove = sized?.fields.has(field.name) ? sized.size : undefined;
    const items = isList(field.type) ? (sizeFromAbove ?? size ?? assumedPageSize) : 1;
    let cost = items * each;
    for (const argument of field.args) {
      const value = values.get(argument.name);
      const weight = weights.weights.get(`${coordinate}(${argument.name}:)`);
      if (value !== undefined) cost += costOfArgument(value, argument.type, weight, weights.weights);
    }
    return cost;
  };

  const known = new Map<string, number>();
  const costOfFragment = (name: string, sized: Sized | undefined): number => {
    const key = sized ? `${name} ${sized.size} ${[...sized.fields].join()}` : name;
    const measured = known.get(key);
    if (measured !== undefined) return measured;
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const cost = type ? costOf(fragment.selectionSet, type, sized) : 0;
    known.set(key, cost);
    return cost;
  };

  const costOf = (set: SelectionSetNode, parent: GraphQLNamedType, sized: Sized | undefined): number => {
    let cost = 0;
    for (const selection of set.selections) {
      if (isSkipped(selection)) continue;
      if (selection.kind === Kind.FIELD) cost += costOfField(selection, parent, sized);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) cost += costOfFragment(selection.name.value, sized);
      else {
        cost += costOf(selection.selectionSet, typeWithin(schema, selection, parent) ?? parent, sized);
      }
    }
    return Math.min(highest, cost);
  };

  const root = schema.getRootType(operation.operation);
  const own = operation.operation === OperationTypeNode.MUTATION ? mutationCost : 0;
  return own + (root ? costOf(operation.selectionSet, root, undefined) : 0);
};
