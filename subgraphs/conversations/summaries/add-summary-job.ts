/**
 * Decides after a reply whether older turns of its branch are to be summarised, and which, and stores the job of that.
 * Invariants: whole turns that have ended are covered, oldest first; the last ones stay out, so that prompts have them
 * word for word; a summary replaces enough to be worth its cost; one is made at a time for a conversation, and after a
 * failure none for a while.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import type { PromptMessage, RouteCandidate, SummaryJob } from '#contracts/generation-job.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { OutboxRow } from '#kernel/outbox/outbox-table.ts';
import { type Conversation, inFlightStatuses, type Message, messageRoles, messageStatuses } from '../entities.ts';
import { storeJob } from '../outbox/job-outbox.ts';
import { isShownToModel } from '../prompts/branch-message.ts';
import { findSummary } from './find-summary.ts';
import { keptMessages, summaryBackoffMs, summaryVersion } from './summary-terms.ts';

/** Share of the window that is left word for word, in tokens of `bytesPerToken`. */
const keptShare = 0.3;
const bytesPerToken = 4;
/**
 * Shares of the window that a summary must replace at least. Instructions may fill a window so far that every reply
 * finds it nearly full, and a summary for each turn costs more than it saves. Where messages do not fit any more, they
 * are lost to the model until they are summarised, so that less is worth it.
 */
const [leastReplaced, leastReplacedOfCut] = [0.1, 0.025];
/** Most messages that are left word for word. */
const mostKept = 200;
/** Messages, and bytes, that one job takes, at most. What is older than that is summarised first. */
const mostMessages = 200;
const mostBytes = 1_000_000;
/** Tokens of a summary: a share of the window, within these bounds. */
const summaryShare = 1 / 8;
const [leastTokens, mostTokens] = [128, 2_000];
const candidatesTried = 3;

/** Whether the prompt of a reply filled this much of the window of the model that wrote it, or was cut already. */
export const isWindowFilling = (
  { prompt, status }: Pick<MessageFinished, 'prompt' | 'status'>,
  percent: number,
): boolean =>
  percent > 0 &&
  prompt !== undefined &&
  status !== 'FAILED' &&
  (prompt.droppedMessages > 0 || prompt.tokens * 100 >= prompt.contextWindow * percent);

const priceOf = ({ price }: RouteCandidate): number => Number(price.input) * 4 + Number(price.output);

/** The cheapest candidates, cheapest first, and never the dearest unless all cost the same. */
export const cheapest = (candidates: readonly RouteCandidate[]): readonly RouteCandidate[] => {
  const sorted = candidates.toSorted((one, other) => priceOf(one) - priceOf(other));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || priceOf(first) === priceOf(last)) return sorted.slice(0, 1);
  return sorted.filter((one) => priceOf(one) < priceOf(last)).slice(0, candidatesTried);
};

const stretchSchema = z.array(
  z.object({
    id: z.string(),
    role: z.enum(messageRoles),
    content: z.string(),
    status: z.enum(messageStatuses),
  }),
);
type StretchMessage = z.infer<typeof stretchSchema>[number];

/** The whole turns of a stretch. Its last one may lack messages, so it is left out. */
const wholeTurns = (stretch: readonly StretchMessage[]): readonly (readonly StretchMessage[])[] => {
  const turns: StretchMessage[][] = [];
  for (const message of stretch) {
    const last = turns.at(-1);
    if (message.role === 'USER' || last === undefined) turns.push([message]);
    else last.push(message);
  }
  const whole = turns.slice(0, -1);
  const open = whole.findIndex((turn) => turn.some(({ status }) => inFlightStatuses.includes(status)));
  return open === -1 ? whole : whole.slice(0, open);
};

/** What models see of the turns. A turn without any text belongs to the one before. */
const shownTurns = (turns: readonly (readonly StretchMessage[])[]): Pick<SummaryJob, 'history' | 'turns'> => {
  const history: PromptMessage[] = [];
  const shown: SummaryJob['turns'] = [];
  for (const turn of turns) {
    const messages = turn.filter(isShownToModel).map(({ role, content }) => ({ role, content }));
    const lastMessageId = turn.at(-1)?.id;
    const before = shown.at(-1);
    if (lastMessageId === undefined) continue;
    if (messages.length > 0) shown.push({ lastMessageId, messages: messages.length });
    else if (before) before.lastMessageId = lastMessageId;
    history.push(...messages);
  }
  return { history, turns: shown };
};

const countSchema = z.object({ count: z.number() });

/** The turns from depth `from` on that a summary may cover. */
const readCoverable = async (
  em: EntityManager,
  { tenantId, id, depth }: Message,
  { from, contextWindow }: { readonly from: number; readonly contextWindow: number },
): Promise<Pick<SummaryJob, 'history' | 'turns'>> => {
  const keptBytes = Math.floor(contextWindow * keptShare * bytesPerToken);
  const [row] = await callFunctionIn(em, {
    name: 'conversations.read_recent',
    columns: 'count(*)::integer as count',
    parameters: { a_tenant: tenantId, a_tip: id, a_most: mostKept, a_bytes: keptBytes },
  });
  // With the first message that stays, which ends the turn before it.
  const to = Math.min(from + mostMessages, depth - Math.max(keptMessages, countSchema.parse(row).count) + 1);
  if (to <= from) return { history: [], turns: [] };
  const stretch = await callFunctionIn(em, {
    name: 'conversations.read_stretch',
    parameters: { a_tenant: tenantId, a_tip: id, a_from: from, a_to: to, a_bytes: mostBytes },
  });
  return shownTurns(wholeTurns(stretchSchema.parse(stretch)));
};

/** Undefined where none is due. The caller holds the conversation's row lock and has stored the reply. */
export const addSummaryJob = async (
  em: EntityManager,
  conversation: Conversation,
  reply: Message,
  result: MessageFinished,
): Promise<OutboxRow | undefined> => {
  const now = Date.now();
  const { summarisingSince } = conversation;
  const candidates = cheapest(reply.generation?.candidates ?? []);
  if (result.prompt === undefined || candidates.length === 0 || conversation.deletedAt != null) return undefined;
  if (summarisingSince != null && now - summarisingSince.getTime() < summaryBackoffMs) return undefined;
  const { contextWindow } = result.prompt;
  const before = await findSummary(em, conversation, reply.id);
  const { history, turns } = await readCoverable(em, reply, { from: (before?.depth ?? 0) + 1, contextWindow });
  const replaced = history.reduce((bytes, { content }) => bytes + Buffer.byteLength(content), 0);
  const least = result.prompt.droppedMessages > 0 ? leastReplacedOfCut : leastReplaced;
  if (turns.length === 0 || replaced < contextWindow * least * bytesPerToken) return undefined;
  const messageId = uuidv7();
  conversation.summarising = messageId;
  conversation.summarisingSince = new Date(now);
  return storeJob(em, {
    kind: 'summary',
    tenantId: conversation.tenantId,
    userId: result.userId,
    conversationId: conversation.id,
    messageId,
    history: [...(before ? [{ role: 'USER' as const, content: before.content, isSummary: true }] : []), ...history],
    turns,
    candidates: [...candidates],
    outputModeration: reply.generation?.outputModeration,
    pii: reply.generation?.pii,
    maxOutputTokens: Math.min(mostTokens, Math.max(leastTokens, Math.floor(contextWindow * summaryShare))),
    promptVersion: summaryVersion,
    requestId: reply.generation?.requestId,
    admittedAt: now,
  });
};
