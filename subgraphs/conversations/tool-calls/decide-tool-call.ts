/**
 * Stores the decision of a user about a call of a tool that waits for it. When it is the last one that the reply waits
 * for, the reply goes on. Invariants: only the user who asked decides; a decision does not change, so repeating it is
 * harmless and another one is refused. The call may be in the stream before the reply is known to wait: its decision
 * is kept then.
 */
import type { Identity } from '#contracts/identity.ts';
import { isOpenCall, type ToolCall, type ToolDecision } from '#contracts/stream-event.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { messageNotFound, requireConversation, requireMessage } from '../conversations/access.ts';
import { type Message, MessageEntity, ToolCallEntity } from '../entities.ts';
import { shownToolCall } from '../messages/shown-tool-call.ts';
import { currentMessage } from '../replies/current-message.ts';
import { resumeDecided } from '../replies/park-reply.ts';

export interface DecideServices {
  readonly database: Database;
  readonly streamLog: StreamLog;
  readonly relay: OutboxRelay;
}

export interface DecisionInput {
  readonly messageId: string;
  /** As clients see it. */
  readonly toolCallId: string;
  readonly approve: boolean;
}

const noSuchCall = (): AppError => new AppError('NOT_FOUND', 'The reply has no tool call with this id.');

const notAwaited = (): AppError =>
  new AppError(
    'DECISION_NOT_AWAITED',
    'Nobody waits for this decision: the call was decided otherwise, its time is over, or the reply has ended.',
  );

/** Throws NOT_FOUND, and DECISION_NOT_AWAITED where the call does not wait and was not decided in this way. */
export const decideToolCall = async (
  { database, streamLog, relay }: DecideServices,
  identity: Identity,
  { messageId, toolCallId, approve }: DecisionInput,
): Promise<Message> => {
  const decision: ToolDecision = approve ? 'APPROVED' : 'DENIED';
  const { message: found } = await requireMessage(database.forTenant(identity.tenantId), identity, messageId, 'write');
  const { toolCalls } = await currentMessage(streamLog, found);
  const call = toolCalls?.find((one) => shownToolCall(messageId, one).id === toolCallId);
  const { row, message } = await database.forTenant(identity.tenantId).transactional(async (em) => {
    const { tenantId } = identity;
    const { id: conversationId } = await requireConversation(em, identity, found.conversationId, {
      ...{ intent: 'write', lock: true },
    });
    const reply = await em.findOne(MessageEntity, { tenantId, id: messageId });
    if (!reply) throw messageNotFound();
    const prefix = shownToolCall(messageId, { id: '' }).id;
    const callId = toolCallId.startsWith(prefix) ? toolCallId.slice(prefix.length) : '';
    const known = await em.findOne(ToolCallEntity, { tenantId, messageId, callId });
    const decided = known ?? (call === undefined ? undefined : stateOf(call));
    if (decided === undefined) throw noSuchCall();
    if (decided.decision === decision) return { row: undefined, message: reply };
    if (decided.decision != null || decided.status !== 'AWAITING_APPROVAL') throw notAwaited();
    const change = { decision, decidedAt: new Date() };
    if (known) em.assign(known, change);
    else if (call !== undefined) {
      em.create(ToolCallEntity, {
        ...{ tenantId, messageId, callId, conversationId, userId: identity.userId, tool: call.name },
        ...{ server: call.server ?? null, status: 'AWAITING_APPROVAL', calledAt: new Date() },
        ...{ argumentBytes: Buffer.byteLength(call.arguments), ...change },
      });
    }
    await em.flush();
    return { row: await resumeDecided(em, reply), message: reply };
  });
  if (row !== undefined) void relay.publish([row]);
  return currentMessage(streamLog, message);
};

/** What the stream says about a call that no row knows. */
const stateOf = (call: ToolCall): Pick<ToolCall, 'status'> & { readonly decision?: ToolDecision | undefined } => ({
  status: call.status,
  decision: isOpenCall(call) && call.status === 'AWAITING_APPROVAL' ? undefined : call.decision,
});
