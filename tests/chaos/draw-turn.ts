/**
 * What a user asks next, drawn from the seed: mostly a reply of so many words, else one whose provider fails or
 * refuses, one that others ask for too, one that calls a tool, with or without asking, or one that has to be JSON.
 */
import type { Random } from '#tests/support/random.ts';
import { toolNames } from './policies.ts';

/** What the user does when a call waits: `late` is nothing. */
export type Decision = 'approve' | 'deny' | 'late';

export interface DrawnCall {
  readonly city: string;
  /** JSON text, as the tool gets it. */
  readonly arguments: string;
  /** Undefined where nobody is asked. */
  readonly decision: Decision | undefined;
}

export interface DrawnTurn {
  readonly words: number;
  readonly isCommon: boolean;
  /** Requests that the provider refuses first. */
  readonly refused: number;
  readonly fails: boolean;
  /** The first line of the question. */
  readonly script: string;
  /** The reply, where it is not so many words. */
  readonly text?: string;
  /** Requests that one attempt may need. */
  readonly requests: number;
  /** Whether a worker that takes over may find that the reply cannot be repaired any more. */
  readonly mayNotFit: boolean;
  readonly call?: DrawnCall;
  /** Of the send. */
  readonly input: Readonly<Record<string, unknown>>;
}

const troubles = ['cut', 'stall', 'garbage', 'end'] as const;
const refusals = [429, 500] as const;
const plain = { isCommon: false, refused: 0, fails: false, requests: 1, mayNotFit: false, input: { tools: [] } };

/**
 * Mostly nothing is asked of the provider, else to fail in the middle once, or to refuse a few times. A quarter of the
 * replies begin with a thought, apart or between tags.
 */
const drawWords = (random: Random): DrawnTurn => {
  const words = random.between(20, 120);
  const thoughts = random.pick(['apart', 'tags', undefined, undefined, undefined, undefined, undefined, undefined]);
  const thinking = thoughts === undefined ? '' : ` reasoning=${random.between(5, 30)} thoughts=${thoughts}`;
  const script = `script: tokens=${words} pace=${random.between(5, 25)}${thinking}`;
  const kind = random.next();
  if (kind < 0.12) {
    const trouble = `${random.pick(troubles)}=${random.between(1, 19)} times=1`;
    return { ...plain, words, fails: true, script: `${script} ${trouble}` };
  }
  const times = kind < 0.24 ? random.between(1, 2) : 0;
  const refusal = times === 0 ? '' : ` status=${random.pick(refusals)} retry-after=0.05 times=${times}`;
  return { ...plain, words, refused: times, script: `${script}${refusal}` };
};

/**
 * A question that others ask too, at temperature 0 and with nothing before it, so that its reply may be served again.
 */
export const drawCommon = (random: Random): DrawnTurn => {
  const words = 20 + 10 * random.between(1, 6);
  const input = { ...plain.input, temperature: 0 };
  return { ...plain, words, isCommon: true, script: `script: tokens=${words} pace=8`, input };
};

const drawCall = (random: Random, key: string, mail: string): DrawnTurn => {
  const words = random.between(10, 60);
  const decisions = ['approve', 'approve', 'approve', 'deny', 'late'] as const;
  const decision = random.next() < 0.6 ? random.pick(decisions) : undefined;
  const name = toolNames[decision === undefined ? 'free' : 'asks'];
  const text = JSON.stringify({ city: key, mail });
  const script = `script: tokens=${words} pace=${random.between(5, 25)} calls=${JSON.stringify([{ name, arguments: text }])}`;
  const call = { city: key, arguments: text, decision };
  return { ...plain, words, requests: 2, script, call, input: { tools: [name] } };
};

const drawData = (random: Random, key: string): DrawnTurn => {
  const text = JSON.stringify({ key });
  const isRepaired = random.next() < 0.5;
  const asked = isRepaired ? `text=broken again=${encodeURIComponent(text)}` : `text=${encodeURIComponent(text)}`;
  const input = { ...plain.input, responseFormat: { type: 'JSON' } };
  const script = `script: pace=5 ${asked}`;
  return { ...plain, words: 0, text, requests: 2, mayNotFit: isRepaired, script, input };
};

/** @param key names the send, and `mail` its conversation: models must not see it */
export const drawTurn = (random: Random, key: string, mail: string): DrawnTurn => {
  const kind = random.next();
  if (kind < 0.2) return drawCall(random, key, mail);
  return kind < 0.27 ? drawData(random, key) : drawWords(random);
};
