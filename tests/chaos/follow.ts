/**
 * A client as Parlance asks for one: follows a reply over graphql-ws and, whatever happens to the connection, comes
 * back to any gateway and goes on after the last seq. It gives up only at the deadline, and notes what it should never
 * have received.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { StreamedEvent, TestClient } from '#tests/support/client.ts';
import type { Following, SeenFault } from './evidence.ts';

/** Codes after which a client may try again: the service is away for a moment. */
export const passingCodes: ReadonlySet<string> = new Set([
  'SUBSCRIPTION_LOST',
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_TIMEOUT',
  'OVERLOADED',
  'RATE_LIMITED',
  'TOO_MANY_SUBSCRIPTIONS',
]);

const errorsSchema = z.array(
  z.object({
    message: z.string(),
    path: z.array(z.union([z.string(), z.number()])).optional(),
    extensions: z.object({ code: z.string() }),
  }),
);

/** As an error frame or as the text of a result's errors. Empty: the connection itself failed. */
const errorsOf = (fault: unknown): z.infer<typeof errorsSchema> => {
  if (Array.isArray(fault)) return errorsSchema.safeParse(fault).data ?? [];
  const text = fault instanceof Error ? fault.message : '';
  return text.startsWith('[') ? (errorsSchema.safeParse(JSON.parse(text)).data ?? []) : [];
};

/**
 * Counts by code the errors that clients received and that pass with time. What is no error of the server counts as a
 * lost connection.
 */
export type Passed = Map<string, number>;

/** What of an error that a client threw is no matter of time; the rest is counted. */
export const wrongIn = (fault: unknown, passing: ReadonlySet<string>, passed: Passed): readonly SeenFault[] => {
  const atMs = Date.now();
  const errors = errorsOf(fault);
  const codes = errors.length === 0 ? ['connection lost'] : errors.map(({ extensions: { code } }) => code);
  for (const code of codes) if (!errors.length || passing.has(code)) passed.set(code, (passed.get(code) ?? 0) + 1);
  return errors
    .filter(({ extensions: { code } }) => !passing.has(code))
    .map(({ message, path = [], extensions: { code } }) => ({
      atMs,
      what: `${code} at ${path.join('.')}: ${message}`,
    }));
};

const isEnd = (event: StreamedEvent | undefined): boolean =>
  event?.__typename === 'MessageCompleted' || event?.__typename === 'MessageFailed';

const pauseMs = 150;

export interface FollowOptions {
  /** One at each gateway; the next one is asked after each fault. */
  readonly clients: readonly [TestClient, ...TestClient[]];
  readonly messageId: string;
  readonly afterSeq: number;
  /** Aborted when a reply that has not ended counts as hanging. */
  readonly deadline: AbortSignal;
  readonly passed?: Passed;
}

export const follow = async (options: FollowOptions): Promise<Following> => {
  const { clients, messageId, afterSeq, deadline, passed = new Map() } = options;
  const events: StreamedEvent[] = [];
  const arrivedAtMs: number[] = [];
  const faults: SeenFault[] = [];
  for (let turn = 0; !isEnd(events.at(-1)) && !deadline.aborted; turn += 1) {
    const client = clients[turn % clients.length] ?? clients[0];
    const stream = client.stream(messageId, events.at(-1)?.seq ?? afterSeq);
    const leave = (): void => void stream.return?.();
    deadline.addEventListener('abort', leave, { once: true });
    try {
      for await (const event of stream) {
        events.push(event);
        arrivedAtMs.push(Date.now());
      }
      if (!isEnd(events.at(-1)) && !deadline.aborted)
        faults.push({ atMs: Date.now(), what: 'completed without an end' });
    } catch (fault) {
      faults.push(...wrongIn(fault, passingCodes, passed));
    } finally {
      deadline.removeEventListener('abort', leave);
    }
    if (faults.length > 20) break;
    if (!isEnd(events.at(-1))) await sleep(pauseMs);
  }
  return { afterSeq, events, arrivedAtMs, faults };
};
