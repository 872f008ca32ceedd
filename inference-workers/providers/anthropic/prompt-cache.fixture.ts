/**
 * The prompt cache of Anthropic, as its documentation describes it: what lies before a mark is written, and a later
 * request reads the longest beginning that was written at one of its marks or at most 20 blocks before it. Blocks count
 * by their bytes: one that differs ends what is equal. Less than 1,024 tokens are not written. A token is counted as
 * four characters.
 */
import type { MessageFinished } from '#contracts/broker-events.ts';
import type { PromptMessage, ReplyJob } from '#contracts/generation-job.ts';
import {
  messageEnd,
  messageStart,
  openAnthropicFixture,
  type Respond,
  sentEvents,
  textBlock,
} from './anthropic.fixture.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value ? [value] : []);
const charactersPerToken = 4;
const lookback = 20;
const leastTokens = 1_024;

interface Piece {
  /** The request up to here, without marks. */
  readonly prefix: string;
  readonly tokens: number;
  readonly isMarked: boolean;
}

/** The blocks of a request in the order in which the API caches them: tools, system, messages. */
const piecesOf = (body: Fields): readonly Piece[] => {
  const blocks = [
    ...listOf(body['tools']),
    ...listOf(body['system']),
    ...listOf(body['messages']).flatMap((message) =>
      isFields(message) ? listOf(message['content']).map((block) => ({ role: message['role'], block })) : [],
    ),
  ];
  let prefix = '';
  return blocks.map((block) => {
    const text = JSON.stringify(block);
    const unmarked = text.replace(/,"cache_control":\{"type":"ephemeral"\}/, '');
    prefix += unmarked;
    return { prefix, tokens: Math.ceil(unmarked.length / charactersPerToken), isMarked: unmarked !== text };
  });
};

export interface PromptCache {
  readonly respond: Respond;
  /** What was read, written and neither, for each request. */
  readonly usages: readonly { readonly read: number; readonly written: number; readonly plain: number }[];
}

/** @param reply the text of the nth reply, from 1 */
export const createPromptCache = (reply: (turn: number) => string): PromptCache => {
  const written = new Set<string>();
  const usages: { read: number; written: number; plain: number }[] = [];
  const tokensOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    usages,
    respond(asked) {
      const pieces = isFields(asked) ? piecesOf(asked) : [];
      const marks = pieces.flatMap(({ isMarked }, index) =>
        isMarked && tokensOf(pieces.slice(0, index + 1)) >= leastTokens ? [index] : [],
      );
      const known = pieces.findLastIndex(
        ({ prefix }, index) => written.has(prefix) && marks.some((mark) => mark >= index && mark - index <= lookback),
      );
      const end = marks.at(-1) ?? -1;
      for (const mark of marks) written.add(pieces[mark]?.prefix ?? '');
      const usage = {
        read: tokensOf(pieces.slice(0, known + 1)),
        written: tokensOf(pieces.slice(known + 1, end + 1)),
        plain: tokensOf(pieces.slice(Math.max(known, end) + 1)),
      };
      usages.push(usage);
      const { message } = messageStart;
      const reported = {
        input_tokens: usage.plain,
        cache_read_input_tokens: usage.read,
        cache_creation_input_tokens: usage.written,
        output_tokens: 1,
      };
      const start = { ...messageStart, message: { ...message, usage: reported } };
      return { body: sentEvents(start, ...textBlock(reply(usages.length)), ...messageEnd('end_turn')) };
    },
  };
};

export interface Turn {
  readonly question: string;
  readonly reply: string;
}

/**
 * Holds a conversation in front of such a cache.
 * @param changed what becomes of the history before each turn
 */
export const converse = async (
  instructions: string,
  turns: readonly Turn[],
  {
    changed = (history) => history,
    jobOf = () => ({}),
  }: {
    readonly changed?: (history: readonly PromptMessage[]) => readonly PromptMessage[];
    readonly jobOf?: (turn: number) => Partial<ReplyJob>;
  } = {},
): Promise<Pick<PromptCache, 'usages'> & { readonly results: readonly MessageFinished[] }> => {
  const cache = createPromptCache((turn) => turns[turn - 1]?.reply ?? '');
  await using fixture = await openAnthropicFixture(cache.respond);
  let history: readonly PromptMessage[] = [{ role: 'SYSTEM', content: instructions }];
  const results: MessageFinished[] = [];
  for (const [index, { question }] of turns.entries()) {
    history = [...changed(history), { role: 'USER', content: question }];
    const result = await fixture.finished(await fixture.send('', { history: [...history], ...jobOf(index) }));
    history = [...history, { role: 'ASSISTANT', content: result.text }];
    results.push(result);
  }
  return { usages: cache.usages, results };
};
