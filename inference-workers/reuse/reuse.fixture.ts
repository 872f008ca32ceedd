/** Replies of workers with a reply cache, as the tests of that cache ask for them. */
import { randomUUID } from 'node:crypto';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import type { WorkerFixture } from '../worker.fixture.ts';

export const tenantId = randomUUID();
const userId = randomUUID();
export const terms = { version: 'v1', requestSeconds: 60, share: 'USER' } as const;
/** Of a message whose reply is kept for equal ones. */
export const reusable: Partial<ReplyJob> = { tenantId, userId, temperature: 0, reuse: terms };

export const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');

/** Sends and waits for the result; `asked` is how many requests the model has got by then. */
export const askReusable = async (
  fixture: WorkerFixture,
  changes: Partial<ReplyJob> = {},
  question = 'script: tokens=9',
) => {
  const messageId = await fixture.send(question, { ...reusable, ...changes });
  const entries = await fixture.entries(messageId);
  const finished = await fixture.finished(messageId);
  return { messageId, entries, finished, asked: fixture.provider.requests.length };
};
