/** Groups the entities of one fetch by their representation, so that equal representations are sent once. */
import type { Representation } from './representations.ts';
import type { ResponseTree } from './response-tree.ts';

export interface EntityGroups {
  /** The entities that each representation stands for. */
  readonly groups: readonly (readonly ResponseTree[])[];
  /** The representations as JSON, separated by commas. */
  readonly text: string;
}

export type GroupEntities = (entities: readonly ResponseTree[], isWhole: boolean) => EntityGroups;

/** Compares representations by their text, or by a single field where that field alone distinguishes them. */
export const createEntityGrouping = ({ write, soleKey }: Representation): GroupEntities => {
  if (soleKey === undefined) return (entities, isWhole) => groupByText(write, entities, isWhole);
  return (entities, isWhole) => {
    const byType = new Map<unknown, Map<string, ResponseTree[]>>();
    const groups: ResponseTree[][] = [];
    let text = '';
    let typeName: unknown;
    let known = new Map<string, ResponseTree[]>();
    for (const entity of entities) {
      const key = entity[soleKey];
      // A key of a custom scalar can be a list or an object, and those are equal by content.
      if (typeof key !== 'string') return groupByText(write, entities, isWhole);
      if (entity['__typename'] !== typeName) {
        typeName = entity['__typename'];
        known = byType.get(typeName) ?? new Map();
        byType.set(typeName, known);
      }
      const group = known.get(key);
      if (group) {
        group.push(entity);
        continue;
      }
      const representation = write(entity, isWhole);
      if (representation === undefined) continue;
      const first = [entity];
      known.set(key, first);
      groups.push(first);
      text += groups.length === 1 ? representation : `,${representation}`;
    }
    return { groups, text };
  };
};

const groupByText = (
  write: Representation['write'],
  entities: readonly ResponseTree[],
  isWhole: boolean,
): EntityGroups => {
  const known = new Map<string, ResponseTree[]>();
  for (const entity of entities) {
    const representation = write(entity, isWhole);
    if (representation === undefined) continue;
    const group = known.get(representation);
    if (group) group.push(entity);
    else known.set(representation, [entity]);
  }
  return { groups: [...known.values()], text: [...known.keys()].join(',') };
};
