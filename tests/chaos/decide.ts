/** A user who is asked whether a tool may be called, and decides as the turn was drawn, some time later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Decision } from './draw-turn.ts';

/** What the server said: the decision counts, or it was too late for it. Undefined where there was none. */
export type Decided = 'APPROVED' | 'DENIED' | 'REFUSED' | undefined;

export interface DecideOptions {
  readonly messageId: string;
  readonly decision: Decision;
  readonly afterMs: number;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Repeats until there is a response. */
  readonly persist: <Value>(act: (client: TestClient) => Promise<Value>) => Promise<Value | undefined>;
}

const callsQuery = 'query($id: ID!) { message(id: $id) { status toolCalls { id status } } }';
const callsShape = z.object({
  message: z.object({ status: z.string(), toolCalls: z.array(z.object({ id: z.string(), status: z.string() })) }),
});
const decideMutation = `mutation($messageId: ID!, $toolCallId: ID!, $approve: Boolean!) {
  decideToolCall(messageId: $messageId, toolCallId: $toolCallId, approve: $approve) { id }
}`;
const pollMs = 200;

/** The call that waits; undefined where the reply has ended without one. */
const awaitedCall = async ({ messageId, signal, persist }: DecideOptions): Promise<string | undefined> => {
  while (!signal.aborted) {
    const found = await persist((client) => client.query(callsShape, callsQuery, { id: messageId }));
    const call = found?.message.toolCalls.find(({ status }) => status === 'AWAITING_APPROVAL');
    if (call) return call.id;
    if (found === undefined || !/QUEUED|STREAMING/.test(found.message.status)) return undefined;
    await sleep(pollMs);
  }
  return undefined;
};

export const decide = async (options: DecideOptions): Promise<Decided> => {
  const { messageId, decision, afterMs, persist } = options;
  if (decision === 'late') return undefined;
  const toolCallId = await awaitedCall(options);
  if (toolCallId === undefined) return undefined;
  await sleep(afterMs);
  const approve = decision === 'approve';
  return persist(async (client): Promise<Decided> => {
    const { errors } = await client.ask(decideMutation, { messageId, toolCallId, approve });
    if (errors.some(({ extensions: { code } }) => code === 'DECISION_NOT_AWAITED')) return 'REFUSED';
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return approve ? 'APPROVED' : 'DENIED';
  });
};
