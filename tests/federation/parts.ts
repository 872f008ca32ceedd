/** Adds `@defer` to generated operations, and merges results in parts as a client does. */
import { type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';
import type { ResultInParts } from '../../gateway/execution/deferred-operation.ts';
import { isTree, readOwn, writeOwn } from '../../gateway/execution/response-tree.ts';

/** Defers about a third of all selections; the seed determines which. */
export const deferSome = (document: DocumentNode, seed: number): DocumentNode => {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  };
  const deferred = (selection: SelectionNode): SelectionNode => ({
    kind: Kind.INLINE_FRAGMENT,
    directives: [{ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' } }],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
  });
  return visit(document, {
    SelectionSet: {
      leave: (set) => ({
        ...set,
        selections: set.selections.map((selection) => (next() % 3 === 0 ? deferred(selection) : selection)),
      }),
    },
  });
};

const merge = (present: unknown, update: unknown): unknown => {
  if (Array.isArray(present) && Array.isArray(update)) return update.map((item, index) => merge(present[index], item));
  if (!isTree(present) || !isTree(update)) return update;
  for (const [key, value] of Object.entries(update)) writeOwn(present, key, merge(readOwn(present, key), value));
  return present;
};

const objectAt = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, element) => {
    if (Array.isArray(value)) return value[Number(element)];
    return isTree(value) ? readOwn(value, String(element)) : undefined;
  }, data);

export interface Joined {
  readonly data: unknown;
  readonly parts: number;
}

/** Throws for a part whose object is missing, and when fewer parts arrive than were announced. */
export const joinParts = async ({ first, rest }: ResultInParts): Promise<Joined> => {
  const data: unknown = JSON.parse(JSON.stringify(first.data ?? null));
  let count = 0;
  let more = rest !== undefined;
  for await (const { parts, hasNext } of rest ?? []) {
    if (!more) throw new Error('a part after the last');
    more = hasNext;
    for (const part of parts) {
      const target = objectAt(data, part.path);
      if (!isTree(target)) throw new Error(`no object at ${part.path.join('/')}`);
      if (part.errors) throw new AggregateError(part.errors);
      merge(target, JSON.parse(JSON.stringify(part.data)));
      count += 1;
    }
  }
  if (more) throw new Error('the last part did not arrive');
  return { data, parts: count };
};
