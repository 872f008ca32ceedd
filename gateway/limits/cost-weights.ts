/**
 * The weights that a supergraph gives its types, fields and arguments by `@cost` and `@listSize`, the directives of the
 * cost specification (https://specs.apollo.dev/cost, after IBM's). Read once per schema generation.
 */
import { isInputObjectType, isInterfaceType, isObjectType, type Schema } from '@apollo/federation-internals';
import { type ReadDirective, readerOf } from '../directives/applied-directives.ts';

const identity = 'https://specs.apollo.dev/cost';

export interface ListSize {
  /** Items where no slicing argument says how many. */
  readonly assumedSize: number | undefined;
  /** Names of arguments that say how many items are asked for. */
  readonly slicingArguments: readonly string[];
  /** Lists below the field that the size is of, when the field itself is none. */
  readonly sizedFields: ReadonlySet<string>;
  /** An operation must give exactly one of the slicing arguments. */
  readonly requireOneSlicingArgument: boolean;
}

/** By schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`. */
export interface CostWeights {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const listSizeOf = (given: Readonly<Record<string, unknown>>): ListSize => ({
  assumedSize: typeof given['assumedSize'] === 'number' ? given['assumedSize'] : undefined,
  slicingArguments: textsOf(given['slicingArguments']),
  sizedFields: new Set(textsOf(given['sizedFields'])),
  requireOneSlicingArgument: given['requireOneSlicingArgument'] !== false,
});

/** Undefined when the supergraph does not link the specification. */
export const readCostWeights = (schema: Schema): CostWeights | undefined => {
  const costAt = readerOf(schema, identity, 'cost');
  const listSizeAt = readerOf(schema, identity, 'listSize');
  if (!costAt || !listSizeAt) return undefined;
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const weigh = (coordinate: string, element: Parameters<ReadDirective>[0]): void => {
    const weight = Number(costAt(element)?.['weight'] ?? Number.NaN);
    if (!Number.isNaN(weight)) weights.set(coordinate, weight);
  };
  for (const type of schema.types()) {
    weigh(type.name, type);
    if (isInputObjectType(type)) for (const field of type.fields()) weigh(field.coordinate, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of type.fields()) {
      weigh(field.coordinate, field);
      for (const argument of field.arguments()) weigh(argument.coordinate, argument);
      const listSize = listSizeAt(field);
      if (listSize) listSizes.set(field.coordinate, listSizeOf(listSize));
    }
  }
  return { weights, listSizes };
};
