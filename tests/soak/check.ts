/**
 * The judge of one result. Everything must be as expected, except what a subgraph owns that was away: that may be null,
 * if an error with its code says so at its path, and nothing else may be missing.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { SubgraphName } from './world.ts';

/** `owners`: the subgraphs without which it is not known. */
export type Expected =
  | { readonly kind: 'leaf'; readonly owners: readonly SubgraphName[]; readonly value: unknown }
  | { readonly kind: 'list'; readonly owners: readonly SubgraphName[]; readonly items: readonly Expected[] }
  | {
      readonly kind: 'object';
      readonly owners: readonly SubgraphName[];
      readonly fields: Readonly<Record<string, Expected>>;
    }
  /** Null, with an error of this code. */
  | { readonly kind: 'refused'; readonly owners: readonly SubgraphName[]; readonly code: string };

const resultSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.looseObject({ code: z.string() }),
      }),
    )
    .min(1)
    .optional(),
  extensions: z.looseObject({}).optional(),
});
type Path = readonly (string | number)[];

export interface Verdict {
  /** What is wrong, in words; empty for a right result. */
  readonly faults: readonly string[];
  /** Whether something was missing, as it may be. */
  readonly isPartial: boolean;
}

const isPrefix = (short: Path, long: Path): boolean => short.every((step, index) => long[index] === step);

const ownersIn = (expected: Expected): readonly SubgraphName[] => {
  if (expected.kind === 'list') return [...expected.owners, ...expected.items.flatMap(ownersIn)];
  if (expected.kind === 'object') return [...expected.owners, ...Object.values(expected.fields).flatMap(ownersIn)];
  return expected.owners;
};

/** @param away the subgraphs that may have been away while it was executed. */
export const checkResult = (result: unknown, expected: Expected, away: ReadonlySet<SubgraphName>): Verdict => {
  const parsed = resultSchema.safeParse(result);
  if (!parsed.success) return { faults: [`not a result: ${JSON.stringify(result)}`], isPartial: false };
  const { data, errors = [] } = parsed.data;
  const faults: string[] = [];
  const explained = new Set<unknown>();
  let isPartial = false;

  const excuse = (part: Expected, path: Path): boolean => {
    if (!ownersIn(part).some((owner) => away.has(owner))) return false;
    const said = errors.filter(
      (error) =>
        error.extensions.code === 'SUBGRAPH_UNAVAILABLE' &&
        (isPrefix(error.path ?? [], path) || isPrefix(path, error.path ?? [])),
    );
    for (const error of said) explained.add(error);
    isPartial ||= said.length > 0;
    return said.length > 0;
  };

  const compare = (given: unknown, part: Expected, path: Path): void => {
    const blame = (what: string): void => void faults.push(`${path.join('.')}: ${what}`);
    if (part.kind === 'refused') {
      const refusal = errors.find(
        (error) => error.extensions.code === part.code && isDeepStrictEqual(error.path, path),
      );
      if (refusal) explained.add(refusal);
      if (given !== null || (!refusal && !excuse(part, path))) blame(`not refused with ${part.code}`);
    } else if (part.kind === 'leaf') {
      if (isDeepStrictEqual(given, part.value)) return;
      if (given !== null || !excuse(part, path)) {
        blame(`${JSON.stringify(given)} in place of ${JSON.stringify(part.value)}`);
      }
    } else if (given === null) {
      if (!excuse(part, path)) blame('null without a reason');
    } else if (part.kind === 'list') {
      if (!Array.isArray(given) || given.length !== part.items.length) blame('not the list');
      else for (const [index, item] of part.items.entries()) compare(given[index], item, [...path, index]);
    } else if (typeof given !== 'object' || given === undefined) {
      blame('not an object');
    } else {
      const entries = new Map(Object.entries(given));
      if (!isDeepStrictEqual([...entries.keys()], Object.keys(part.fields))) blame('other fields than were asked for');
      for (const [key, field] of Object.entries(part.fields)) compare(entries.get(key), field, [...path, key]);
    }
  };
  compare(data, expected, []);
  for (const error of errors) {
    if (!explained.has(error)) faults.push(`an error without a reason: ${JSON.stringify(error)}`);
  }
  return { faults, isPartial };
};
