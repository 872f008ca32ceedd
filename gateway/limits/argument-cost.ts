/** The cost of an argument's value: its own weight, and the weights of the fields in input objects. */
import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType } from 'graphql';

/**
 * @param weight declared on the argument or field itself. Without it an input object costs 1, anything else nothing.
 */
export const costOfArgument = (
  value: unknown,
  type: GraphQLInputType,
  weight: number | undefined,
  weights: ReadonlyMap<string, number>,
): number => {
  if (value === null || value === undefined) return 0;
  if (isNonNullType(type)) return costOfArgument(value, type.ofType, weight, weights);
  if (isListType(type)) {
    if (!Array.isArray(value)) return costOfArgument(value, type.ofType, weight, weights);
    const items = value.map((item: unknown) => costOfArgument(item, type.ofType, weight, weights));
    return items.reduce((sum, cost) => sum + cost, weight ?? 0);
  }
  const own = weight ?? weights.get(type.name);
  if (!isInputObjectType(type)) return own ?? 0;
  let cost = own ?? 1;
  const given = new Map(Object.entries(value));
  for (const field of Object.values(type.getFields())) {
    const of = weights.get(`${type.name}.${field.name}`);
    cost += costOfArgument(given.get(field.name), field.type, of, weights);
  }
  return cost;
};
