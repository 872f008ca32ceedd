/**
 * Result coercion of scalars and enums as the GraphQL specification defines it, for values that were JSON already. A
 * value that cannot be coerced becomes `notALeaf`.
 */
import { type GraphQLLeafType, isEnumType } from 'graphql';

export const notALeaf: unique symbol = Symbol('a value that its type does not have');

export type CoerceLeaf = (value: unknown) => unknown;

const asText: CoerceLeaf = (value) => (typeof value === 'string' ? value : notALeaf);
const asNumber: CoerceLeaf = (value) => (typeof value === 'number' ? value : notALeaf);
const asBoolean: CoerceLeaf = (value) => (typeof value === 'boolean' ? value : notALeaf);
/** 32 bits, as the specification requires. */
const asInt: CoerceLeaf = (value) => (typeof value === 'number' && value === (value | 0) ? value : notALeaf);
/** An ID is always serialized as text, even when a subgraph returned a number. */
const asId: CoerceLeaf = (value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : notALeaf;
};
const asItIs: CoerceLeaf = (value) => value;

const builtIn: ReadonlyMap<string, CoerceLeaf> = new Map([
  ['String', asText],
  ['ID', asId],
  ['Int', asInt],
  ['Float', asNumber],
  ['Boolean', asBoolean],
]);

/** Values of custom scalars pass through unchanged: their subgraph is responsible for them. */
export const leafCoercion = (type: GraphQLLeafType): CoerceLeaf => {
  if (!isEnumType(type)) return builtIn.get(type.name) ?? asItIs;
  const names: ReadonlySet<unknown> = new Set(type.getValues().map(({ name }) => name));
  return (value) => (names.has(value) ? value : notALeaf);
};
