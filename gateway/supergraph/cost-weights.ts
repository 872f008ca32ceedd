/**
 * The weights that a supergraph declares on its types, fields and arguments by `@cost` and `@listSize`, the directives
 * of the cost specification (https://specs.apollo.dev/cost, after IBM's). They are read once per schema generation.
 */
import { isInputObjectType, isInterfaceType, isObjectType, type Schema } from '@apollo/federation-internals';
import { type ReadDirective, readerOf } from '../directives/applied-directives.ts';

const identity = 'https://specs.apollo.dev/cost';

export interface ListSize {
  /** Assumed number of items where no slicing argument determines it. */
  readonly assumedSize: number | undefined;
  /** Names of the arguments that determine the number of items. */
  readonly slicingArguments: readonly string[];
  /** The lists below the field to which the size applies, when the field itself is not a list. */
  readonly sizedFields: ReadonlySet<string>;
  /** Whether an operation must pass exactly one of the slicing arguments. */
  readonly requireOneSlicingArgument: boolean;
}

/** Keyed by schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`. */
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

/** Undefined when the supergraph declares no cost at all. */
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
  return weights.size + listSizes.size === 0 ? undefined : { weights, listSizes };
};
