/**
 * The labelled pairs of questions. `different` must never get the same reply, whatever they have in common; `same` may.
 * Rules are made with one half in view. The other half is held out: nobody looks at its pairs one by one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = join(import.meta.dirname, 'pairs');
const pairSchema = z.tuple([z.string(), z.string()]);
const fileSchema = z.strictObject({
  different: z.record(z.enum(['negation', 'roles', 'numbers', 'names', 'words']), z.array(pairSchema)),
  same: z.array(pairSchema),
});

export interface LabelledPair {
  readonly one: string;
  readonly other: string;
  /** What they differ in; undefined: they ask the same. */
  readonly difference: string | undefined;
  /** ISO 639-1: the file's name. */
  readonly language: string;
  readonly isHeldOut: boolean;
}

const readFile = (file: string): readonly LabelledPair[] => {
  const { different, same } = fileSchema.parse(parse(readFileSync(join(folder, file), 'utf8')));
  const language = file.replace('.yaml', '');
  const label = (pairs: readonly z.infer<typeof pairSchema>[], difference: string | undefined): LabelledPair[] =>
    pairs.map(([one, other], index) => ({ one, other, difference, language, isHeldOut: index % 2 === 1 }));
  return [...Object.entries(different).flatMap(([kind, pairs]) => label(pairs, kind)), ...label(same, undefined)];
};

export const readLabelledPairs = (): readonly LabelledPair[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .flatMap(readFile);
