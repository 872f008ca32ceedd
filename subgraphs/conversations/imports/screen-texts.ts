/**
 * Has safety screen what an import brings, before any of it is stored: imported texts come from outside, whoever is
 * said to have written them, and models will read them. So each is screened as a message of the user, with a verdict of
 * its own, many in one request.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

export interface TextToScreen {
  /** Id of the message, or of the instructions. */
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  /** Default: a message. */
  readonly stage?: 'INPUT' | 'INSTRUCTIONS';
}

/** The ids of those that are blocked. Throws the fault of safety. */
export type ScreenTexts = (identity: Identity, texts: readonly TextToScreen[]) => Promise<ReadonlySet<string>>;

/** Texts and characters of one request. */
const mostTexts = 20;
const mostCharacters = 200_000;
/** Milliseconds that safety has for one request. */
const deadlineMs = 30_000;

/** Texts in their order, as many as go into one request; a text that is too long for it goes alone. */
function* batchesOf(texts: readonly TextToScreen[]): Generator<readonly TextToScreen[]> {
  let batch: TextToScreen[] = [];
  let characters = 0;
  for (const text of texts) {
    const isFull = batch.length === mostTexts || characters + text.content.length > mostCharacters;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(text);
    characters += text.content.length;
  }
  if (batch.length > 0) yield batch;
}

const resultSchema = z.record(z.string(), z.object({ action: z.string() }));

const queryOf = (count: number): string => {
  const at = Array.from({ length: count }, (_, index) => index);
  const variables = at.map((index) => `$t${index}: ScreenContentInput!`).join(', ');
  return `mutation Screen(${variables}) {
  ${at.map((index) => `t${index}: screenContent(input: $t${index}) { action }`).join('\n  ')}
}`;
};

export const createTextScreening =
  (safety: SubgraphClient): ScreenTexts =>
  async (identity, texts) => {
    const blocked = new Set<string>();
    for (const batch of batchesOf(texts.filter(({ content }) => content !== ''))) {
      const inputs = batch.map(({ id: messageId, conversationId, content, stage = 'INPUT' }, at) => [
        `t${at}`,
        { messageId, conversationId, content, stage },
      ]);
      const call = { identity, query: queryOf(batch.length), variables: Object.fromEntries(inputs), deadlineMs };
      const result = await safety.call({ ...call, data: resultSchema });
      for (const [at, { id }] of batch.entries()) if (result[`t${at}`]?.action === 'BLOCK') blocked.add(id);
    }
    return blocked;
  };
