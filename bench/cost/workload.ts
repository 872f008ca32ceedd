/**
 * What people ask in the cost run: conversations of mixed kinds and languages, drawn by chance that can be repeated.
 * Single questions are the labelled prompts of `contracts/complexity`, with which its rules were also made, so their
 * share of hard questions that are sent small flatters. Replies and texts are words without meaning of the right
 * length; facts are words that begin with `fact-`, so that it can be checked whether one was kept.
 */
import type { Complexity } from '#contracts/complexity/complexity.ts';
import { createRandom, type Random } from '#tests/support/random.ts';
import { readLabelledPrompts } from '../../contracts/complexity/labelled-prompts.fixture.ts';
import { frequentQuestions } from './frequent-questions.ts';
import { plainSentences } from './plain-sentences.ts';

export const kinds = ['FREQUENT', 'SINGLE', 'CODE', 'DOCUMENT', 'CHAT'] as const;
export type ConversationKind = (typeof kinds)[number];

export interface PlannedTurn {
  readonly text: string;
  /** The class that people give the question; undefined where nobody has judged it. */
  readonly complexity: Complexity | undefined;
  /** The fact that a right reply names. */
  readonly asks: string | undefined;
  /** Of the request; absent: the model's own. */
  readonly temperature: number | undefined;
}

export interface PlannedConversation {
  readonly kind: ConversationKind;
  /** Which of the users asks, from 0. */
  readonly user: number;
  readonly turns: readonly PlannedTurn[];
}

export interface Workload {
  readonly conversations: readonly PlannedConversation[];
  readonly turns: number;
}

/** Users of the tenant who ask. */
export const userCount = 10;

/** Turns of each kind in a hundred. */
const mixture: Readonly<Record<ConversationKind, number>> = {
  FREQUENT: 25,
  SINGLE: 15,
  CODE: 8,
  DOCUMENT: 12,
  CHAT: 40,
};
const turnsOf: Readonly<Record<ConversationKind, number>> = { FREQUENT: 1, SINGLE: 1, CODE: 2, DOCUMENT: 4, CHAT: 20 };

/** Plain sentences of at least so many characters. */
const textOfLength = (random: Random, characters: number): string => {
  let text = random.pick(plainSentences);
  while (text.length < characters) text += ` ${random.pick(plainSentences)}`;
  return text;
};

const turn = (text: string, given: Partial<PlannedTurn> = {}): PlannedTurn => ({
  text,
  complexity: undefined,
  asks: undefined,
  temperature: undefined,
  ...given,
});

const prompts = readLabelledPrompts().filter(({ after }) => after === undefined);
const easy = prompts.filter(({ complexity, language }) => complexity !== 'COMPLEX' && language === 'en');
const hard = prompts.filter(({ complexity }) => complexity === 'COMPLEX');

/** Some questions come again and again: the first ones half of the time. */
const frequent = (random: Random): readonly PlannedTurn[] => {
  const most = random.next() < 0.5 ? Math.min(5, frequentQuestions.length) : frequentQuestions.length;
  const { text, again } = random.pick(frequentQuestions.slice(0, most));
  return [turn(random.next() < 0.7 ? text : random.pick(again), { complexity: 'SIMPLE', temperature: 0 })];
};

const single = (random: Random): readonly PlannedTurn[] => {
  const { text, complexity } = random.pick(prompts);
  return [turn(text, { complexity })];
};

const code = (random: Random): readonly PlannedTurn[] => {
  const { text, complexity } = random.pick(hard);
  const lines = Array.from(
    { length: random.between(20, 80) },
    (_, line) => `  const row${line} = await load(rows[${line}], ${random.between(1, 999)});`,
  );
  const question = 'Why does this function lose rows under load, and how would you prove that your change is right?';
  return [
    turn(text, { complexity }),
    turn(`${question}\n\`\`\`ts\nasync function merge(rows) {\n${lines.join('\n')}\n}\n\`\`\``, {
      complexity: 'COMPLEX',
    }),
  ];
};

/** A fact and what it is the fact of. */
const factOf = (random: Random, name: string) => ({ name, word: `fact-${name}-${random.between(10_000, 99_999)}` });
const statementOf = ({ name, word }: { name: string; word: string }): string => `The name of the ${name} is ${word}.`;
const questionOf = (name: string): string => `What is the name of the ${name}?`;

const document = (random: Random): readonly PlannedTurn[] => {
  const facts = ['harbour', 'mill', 'bridge'].map((name) => factOf(random, name));
  const parts = facts.map((fact) => `${textOfLength(random, random.between(2_000, 6_000))} ${statementOf(fact)}`);
  return [
    turn(`Summarise this report in a few sentences.\n\n${parts.join('\n\n')}\n\n${textOfLength(random, 1_500)}`),
    ...facts.map(({ name, word }) => turn(questionOf(name), { asks: word })),
  ];
};

/** Facts are said in the first turns and asked for in the last ones. */
const chat = (random: Random): readonly PlannedTurn[] => {
  const facts = ['garden', 'attic', 'cellar', 'stable'].map((name) => factOf(random, name));
  const between = turnsOf.CHAT - 2 * facts.length;
  return [
    ...facts.map((fact) => turn(`Please remember this for later. ${statementOf(fact)}`)),
    ...Array.from({ length: between }, () => turn(random.pick(easy).text)),
    ...facts.map(({ name, word }) => turn(questionOf(name), { asks: word })),
  ];
};

const plans: Readonly<Record<ConversationKind, (random: Random) => readonly PlannedTurn[]>> = {
  FREQUENT: frequent,
  SINGLE: single,
  CODE: code,
  DOCUMENT: document,
  CHAT: chat,
};

/** About so many turns, by the mixture. */
export const planWorkload = (turns: number, seed: number): Workload => {
  const random = createRandom(seed);
  const conversations = kinds.flatMap((kind) =>
    Array.from({ length: Math.max(1, Math.round((turns * mixture[kind]) / 100 / turnsOf[kind])) }, () => ({
      kind,
      user: random.between(0, userCount - 1),
      turns: plans[kind](random.fork()),
    })),
  );
  return {
    conversations: random.shuffled(conversations),
    turns: conversations.reduce((sum, one) => sum + one.turns.length, 0),
  };
};
