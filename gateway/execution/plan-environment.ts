/** What all compiled plans of one schema generation share. */
import { type FieldNode, Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { WeighedMemory } from '../memory/weighed-memory.ts';
import type { PlannedKeys } from './planned-keys.ts';
import type { PassesCondition } from './type-conditions.ts';

/** Name of a synthetic field -> the field with arguments that it replaces in a requirement. */
export type SyntheticFields = ReadonlyMap<string, Pick<FieldNode, 'name' | 'arguments'>>;

export interface PlanEnvironment {
  readonly passes: PassesCondition;
  readonly plannedKeys: PlannedKeys;
  readonly syntheticFields: SyntheticFields;
  /** Names of the fields in keys. */
  readonly keyFields: ReadonlySet<string>;
  /** Whether the supergraph has an object type of this name. */
  isObjectType(typeName: string): boolean;
  /** Holds everything that is compiled. */
  readonly memory: WeighedMemory;
}

/** The text of a fetch as its subgraph understands it: real fields, aliased to the names of their synthetic fields. */
export const withRealFields = (operation: string, syntheticFields: SyntheticFields): string => {
  if (![...syntheticFields.keys()].some((name) => operation.includes(name))) return operation;
  const document = visit(parse(operation, { noLocation: true }), {
    Field(field) {
      const realField = syntheticFields.get(field.name.value);
      if (!realField) return undefined;
      return { ...field, ...realField, alias: field.alias ?? { kind: Kind.NAME, value: field.name.value } };
    },
  });
  return stripIgnoredCharacters(print(document));
};
