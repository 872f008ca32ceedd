/**
 * What the scripted provider does with one request. Tests queue scripts; whoever only has the prompt writes one into
 * it: `script: tokens=50 pace=2 stall=10`. The text is always the same words, so a reader knows what must arrive.
 */
import { z } from 'zod';

const count = z.coerce.number().int().nonnegative();

const callSchema = z.strictObject({
  name: z.string(),
  /** As it goes on the wire: JSON text where the model is well behaved. */
  arguments: z.string().default('{}'),
});
const callsSchema = z.preprocess(
  (given) => (typeof given === 'string' ? JSON.parse(given) : given),
  z.array(callSchema),
);

const scriptSchema = z.strictObject({
  /** Words of the reply. */
  tokens: count.default(20),
  /** Words of reasoning before each response that does not continue a text, by `pace`. */
  reasoning: count.default(0),
  /** Where the reasoning goes: into events of its own, or into the text between `<think>` tags. */
  thoughts: z.enum(['apart', 'tags']).default('apart'),
  /** Texts that are sent in place of the words, each in an event of its own: at once, or by `pace`. Not in prompts. */
  texts: z.array(z.string()).default([]),
  /**
   * In a prompt: a text in place of the words, percent-encoded, after the calls if there are some. `again`: where the
   * model has to write it again.
   */
  text: z.string().optional(),
  again: z.string().optional(),
  /**
   * The whole response in place of everything else, with `status` or 200. With `stall` the connection stays open after
   * it. Not in prompts.
   */
  body: z.string().optional(),
  /** Media type of `body`. */
  type: z.string().default('text/event-stream'),
  /** `yes`: `body` goes through gzip, although the request does not ask for that. */
  gzip: z.enum(['yes', 'no']).default('no'),
  /** Sent as `Location`, with `status`. */
  location: z.string().optional(),
  /** Milliseconds between two words; 0 for as fast as the socket takes them. */
  pace: count.default(0),
  /** Milliseconds before the first word. */
  delay: count.default(0),
  /** After this many words nothing more comes, and the connection stays open. */
  stall: count.optional(),
  /** After this many words the socket is destroyed. */
  cut: count.optional(),
  /** After this many words the reply ends, without a finish. */
  end: count.optional(),
  /** After this many words comes an event that is no JSON; then the reply ends, or stalls with `stall`. */
  garbage: count.optional(),
  /** Responds with this status and an error body instead of words. */
  status: count.optional(),
  /** How many requests with this prompt fail as the script says; those after it succeed. 0: all. */
  times: count.default(0),
  /** `Retry-After` that goes with `status`, in seconds. */
  'retry-after': z.coerce.number().nonnegative().optional(),
  /** `no`: the usage is not reported. `context`: `status` says that the prompt has too many tokens. */
  usage: z.enum(['yes', 'no']).default('yes'),
  /** JSON text of the usage in place of the made-up one; need not be true, nor usage. */
  says: z.string().optional(),
  error: z.enum(['plain', 'context']).default('plain'),
  finish: z.enum(['stop', 'length', 'content_filter']).default('stop'),
  /**
   * Tools that are called before the reply, where the request offers tools. In a prompt: JSON without white space and
   * `=`.
   */
  calls: callsSchema.default([]),
  /** How many times in a row they are called, each time with the results so far. */
  steps: count.default(1),
  /**
   * What becomes of a request for a summary of a conversation whose last script with this word this is: the facts in it
   * are kept (`fact-` and what follows), the request fails, or the response is no summary.
   */
  summary: z.enum(['keep', 'fail', 'refuse', 'chatter']).default('keep'),
  /** Words that are said before the calls. */
  lead: count.default(0),
  /** `yes`: the socket is destroyed in the middle of the arguments of the last call. */
  torn: z.enum(['yes', 'no']).default('no'),
});

export type Script = z.infer<typeof scriptSchema>;
export type ScriptInput = z.input<typeof scriptSchema>;

export const parseScript = (input: ScriptInput): Script => scriptSchema.parse(input);

/** The text that a prompt asks for becomes one of `texts`. */
const withTexts = ({ text: first, again, ...script }: Script, isAgain: boolean): Script => {
  const text = isAgain ? (again ?? first) : first;
  return text === undefined ? script : { ...script, text, texts: [decodeURIComponent(text)] };
};

/** The script that a prompt holds; the default one when it does not begin with `script:`. Throws on an unknown key. */
export const scriptOfPrompt = (prompt: string, isAgain = false): Script => {
  const [, settings] = /^script:([^\n]*)/.exec(prompt) ?? [];
  const pairs = (settings ?? '').split(/\s+/).filter((pair) => pair !== '');
  return withTexts(scriptSchema.parse(Object.fromEntries(pairs.map((pair) => pair.split('=', 2)))), isAgain);
};

/** The word at an index, with the space behind it. */
export const wordAt = (index: number): string => `w${index} `;

/** The word of the reasoning at an index. */
export const thoughtAt = (index: number): string => `r${index} `;

/** The text of a reply with so many words. */
export const textOf = (tokens: number): string => Array.from({ length: tokens }, (_, index) => wordAt(index)).join('');
