/**
 * The size of a selection set as if all its fragments were spread. A list multiplies the cost of everything below it by
 * its page size: the larger of `first` and `last` where either is a number, passed or by default, else an assumed one.
 * The lists inside a connection (`edges`, `nodes`) are the same items and multiply no further.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { fieldOf, typeWithin } from '../documents/selected-types.ts';
import type { CostWeights } from '../supergraph/cost-weights.ts';

export interface MeasuredOperation {
  /** The weights of the supergraph. Where it has none, the fields of the result are counted. */
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

/** Combines siblings: the deeper one determines the depth, everything else adds up. */
export const addMeasures = (one: Measure, other: Measure): Measure => ({
  depth: Math.max(one.depth, other.depth),
  aliases: one.aliases + other.aliases,
  directives: one.directives + other.directives,
  fields: one.fields + other.fields,
  cost: one.cost + other.cost,
});

const isList = (field: GraphQLField<unknown, unknown>): boolean =>
  isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
const isSlice = ({ name }: GraphQLArgument): boolean => name === 'first' || name === 'last';
const isPaged = (field: GraphQLField<unknown, unknown>): boolean => field.args.some(isSlice);

/** `paged`: the selection belongs to a connection whose page size is already counted. */
export type MeasureSelections = (
  set: SelectionSetNode,
  parent: GraphQLNamedType | undefined,
  paged: boolean,
) => Measure;

export interface AssumedSizes {
  /** Assumed items of a list without a size. */
  readonly assumedPageSize: number;
  /** Assumed items of a connection without a size. */
  readonly assumedConnectionSize: number;
}

/** Creates the measuring function of one operation, which caches fragments. */
export const createMeasure = (
  subject: MeasuredOperation,
  { assumedPageSize, assumedConnectionSize }: AssumedSizes,
): MeasureSelections => {
  const { schema, fragments, variables } = subject;
  const known = new Map<string, Measure>();

  /** Undefined when the variable has no value, so that the default of its argument counts. */
  const valueOfVariable = (name: string): unknown => {
    if (variables[name] !== undefined) return variables[name];
    const definition = subject.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    return definition?.defaultValue && valueFromASTUntyped(definition.defaultValue);
  };
  const sliceOf = (node: FieldNode, { name, defaultValue }: GraphQLArgument): unknown => {
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const value =
      given?.kind === Kind.VARIABLE ? valueOfVariable(given.name.value) : given && valueFromASTUntyped(given);
    return value === undefined ? defaultValue : value;
  };
  /** A null argument determines nothing and must not hide another argument that does. */
  const pageSize = (node: FieldNode, field: GraphQLField<unknown, unknown>): number => {
    const sizes = field.args.filter(isSlice).map((argument) => sliceOf(node, argument));
    const numbers = sizes.filter((size) => typeof size === 'number');
    if (numbers.length > 0) return Math.max(0, ...numbers);
    return isPaged(field) && !isList(field) ? assumedConnectionSize : assumedPageSize;
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
    const items = isPaged(field) || (isList(field) && !paged) ? pageSize(node, field) : 1;
    return {
      depth: 1 + below.depth,
      aliases: own.aliases + below.aliases,
      directives: own.directives + below.directives,
      fields: 1,
      // A size may be any number, and the product must stay comparable.
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
