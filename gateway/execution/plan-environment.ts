/** What the compiled plans of one schema generation have in common. */
import { type FieldNode, Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { WeighedMemory } from '../planning/weighed-memory.ts';
import type { TreeKeys } from './tree-keys.ts';
import type { PassesCondition } from './type-conditions.ts';

/** Names in plans that stand in for a field with arguments, which a requirement has. */
export type StandIns = ReadonlyMap<string, Pick<FieldNode, 'name' | 'arguments'>>;

export interface PlanEnvironment {
  readonly passes: PassesCondition;
  readonly treeKeys: TreeKeys;
  readonly standIns: StandIns;
  /** Names of fields in keys. */
  readonly keyFields: ReadonlySet<string>;
  /** Whether a type name is that of objects, in the supergraph. */
  isObjectType(typeName: string): boolean;
  /** Holds what is compiled. */
  readonly memory: WeighedMemory;
}

/** The text of a fetch as its subgraph understands it: the fields themselves, under the names of their stand-ins. */
export const withoutStandIns = (operation: string, standIns: StandIns): string => {
  if (![...standIns.keys()].some((name) => operation.includes(name))) return operation;
  const document = visit(parse(operation, { noLocation: true }), {
    Field(field) {
      const standsFor = standIns.get(field.name.value);
      if (!standsFor) return undefined;
      return { ...field, ...standsFor, alias: field.alias ?? { kind: Kind.NAME, value: field.name.value } };
    },
  });
  return stripIgnoredCharacters(print(document));
};
