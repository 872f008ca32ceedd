/**
 * How scalars and enums leave the gateway: result coercion as the GraphQL specification has it, of values that were
 * JSON already. What cannot be coerced is `notALeaf`.
 */
import { type GraphQLLeafType, isEnumType } from 'graphql';

export const notALeaf: unique symbol = Symbol('a value that its type does not have');

export type CoerceLeaf = (value: unknown) => unknown;

const asText: CoerceLeaf = (value) => (typeof value === 'string' ? value : notALeaf);
const asNumber: CoerceLeaf = (value) => (typeof value === 'number' ? value : notALeaf);
const asBoolean: CoerceLeaf = (value) => (typeof value === 'boolean' ? value : notALeaf);
/** 32 bits, as the specification has it. */
const asInt: CoerceLeaf = (value) => (typeof value === 'number' && value === (value | 0) ? value : notALeaf);
/** An ID is text, whatever a subgraph made of it. */
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

/** Values of custom scalars are their subgraph's business. */
export const leafCoercion = (type: GraphQLLeafType): CoerceLeaf => {
  if (!isEnumType(type)) return builtIn.get(type.name) ?? asItIs;
  const names: ReadonlySet<unknown> = new Set(type.getValues().map(({ name }) => name));
  return (value) => (names.has(value) ? value : notALeaf);
};
