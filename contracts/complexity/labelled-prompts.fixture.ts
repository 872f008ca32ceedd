/**
 * The labelled prompts: what people wrote, in the class that people give it.
 *
 * SIMPLE: one fact, a greeting, a sentence to translate; a small model replies as well as a large one. MODERATE: an
 * explanation, a text, a few lines of code. COMPLEX: a chain of steps in which a wrong one spoils the reply, such as a
 * proof, a design, a fault to find, a decision to weigh.
 *
 * Rules are made with one half in view. The other half is held out: nobody looks at how its prompts are judged one by
 * one, so its shares say what to expect of prompts that nobody has seen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Complexity, complexities } from './complexity.ts';
import { classOfTurn } from './conversation-class.ts';
import { judgeQuestion } from './judge-question.ts';

const folder = join(import.meta.dirname, 'labelled-prompts');

const classSchema = z.enum(complexities);
const texts = z.array(z.string());
const fileSchema = z.strictObject({
  SIMPLE: texts,
  MODERATE: texts,
  COMPLEX: texts,
  followUps: z.array(z.strictObject({ after: classSchema, text: z.string(), class: classSchema })),
  /** Written later, to try the rules on what nobody had seen, and then looked at one by one. */
  inView: z.strictObject({ SIMPLE: texts.default([]), MODERATE: texts.default([]), COMPLEX: texts.default([]) }),
});

export interface LabelledPrompt {
  readonly text: string;
  /** ISO 639-1: the file's name. */
  readonly language: string;
  readonly complexity: Complexity;
  /** The class of the turn before. */
  readonly after: Complexity | undefined;
  /** Every second prompt of a list, in the order of the file, and none of `inView`. */
  readonly isHeldOut: boolean;
}

const readFile = (file: string): readonly LabelledPrompt[] => {
  const { followUps, inView, ...classes } = fileSchema.parse(parse(readFileSync(join(folder, file), 'utf8')));
  const first = complexities.flatMap((complexity) =>
    classes[complexity].map((text, index) => ({ text, complexity, after: undefined, isHeldOut: index % 2 === 1 })),
  );
  const next = followUps.map(({ after, text, class: complexity }, index) => ({
    text,
    complexity,
    after,
    isHeldOut: index % 2 === 1,
  }));
  const later = complexities.flatMap((complexity) =>
    inView[complexity].map((text) => ({ text, complexity, after: undefined, isHeldOut: false })),
  );
  return [...first, ...next, ...later].map((prompt) => ({ ...prompt, language: file.replace('.yaml', '') }));
};

export const readLabelledPrompts = (): readonly LabelledPrompt[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .flatMap(readFile);

/** The class of the prompt's turn, a moment after the turn before. */
export const judgeLabelled = ({ text, after }: LabelledPrompt): Complexity =>
  classOfTurn(judgeQuestion(text), after && { complexity: after, at: 0 }, 1).complexity;

/** How many prompts of one class were judged to be of each. */
export type ConfusionMatrix = Readonly<Record<Complexity, Readonly<Record<Complexity, number>>>>;

export const confusionOf = (prompts: readonly LabelledPrompt[]): ConfusionMatrix => {
  const row = (): Record<Complexity, number> => ({ SIMPLE: 0, MODERATE: 0, COMPLEX: 0 });
  const matrix = { SIMPLE: row(), MODERATE: row(), COMPLEX: row() };
  for (const prompt of prompts) matrix[prompt.complexity][judgeLabelled(prompt)] += 1;
  return matrix;
};

/** The share of the prompts of a class that were judged to be simple. */
export const shareJudgedSimple = (matrix: ConfusionMatrix, complexity: Complexity): number => {
  const { SIMPLE, MODERATE, COMPLEX } = matrix[complexity];
  return SIMPLE / (SIMPLE + MODERATE + COMPLEX);
};
