/**
 * Evidence of each send, gathered when all is quiet: asked of the database itself, the provider, and of a client that
 * comes late.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { promptOf } from '#tests/scripted-provider/chat-request.ts';
import type { ScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import type { Rabbitmq } from '#tests/services/rabbitmq.ts';
import type { Evidence, Following } from './evidence.ts';
import type { Send } from './load.ts';
import { mailDomain } from './policies.ts';

const storedCallSchema = z.object({
  arguments: z.string(),
  status: z.string(),
  decision: z
    .string()
    .nullish()
    .transform((decision) => decision ?? null),
  result: z
    .string()
    .nullish()
    .transform((result) => result ?? null),
});

const storedSchema = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    content: z.string(),
    reasoning: z.string().nullable(),
    reuse: z.string().nullable(),
    toolCalls: z.array(storedCallSchema),
    replies: z.coerce.number(),
    bills: z.array(z.object({ outputTokens: z.number(), status: z.string() })),
  }),
);

const storedSql = `
  select m.id, m.status, m.content, m.reasoning, m.reuse, coalesce(m.tool_calls, '[]') as "toolCalls",
    (select count(*) from conversations.messages other where other.parent_id in (
      select q.id from conversations.messages q where q.conversation_id = m.conversation_id and q.content = (
        select own.content from conversations.messages own where own.id = m.parent_id))) as replies,
    (select coalesce(jsonb_agg(jsonb_build_object('outputTokens', e.output_tokens, 'status', e.status)), '[]')
      from usage.usage_events e where e.message_id = m.id and e.kind = 'REPLY') as bills
  from conversations.messages m where m.id = any($1)`;

export type Stored = z.infer<typeof storedSchema>[number];

export const readStored = async (database: Pool, sends: readonly Send[]): Promise<ReadonlyMap<string, Stored>> => {
  const { rows } = await database.query(storedSql, [sends.map(({ messageId }) => messageId)]);
  return new Map(storedSchema.parse(rows).map((row) => [row.id, row]));
};

const countSchema = z.array(z.object({ count: z.coerce.number() }));
const queuesSchema = z.array(z.object({ name: z.string(), messages: z.number().default(0) }));

/** What ought to be gone when all is quiet: jobs that were never published, messages that nobody could take. */
export const findLeftovers = async (database: Pool, rabbitmq: Pick<Rabbitmq, 'manage'>): Promise<string[]> => {
  const { rows } = await database.query('select count(*) from conversations.outbox');
  const jobs = countSchema.parse(rows)[0]?.count ?? 0;
  const queues = queuesSchema.parse(JSON.parse(await rabbitmq.manage('GET', '/api/queues')));
  return [
    ...(jobs > 0 ? [`${jobs} jobs in the outbox`] : []),
    ...queues.filter(({ name, messages }) => name.endsWith('.dead') && messages > 0).map(({ name }) => name),
  ];
};

/** Requests that the provider got for a question. It keeps the latest thousand, so it is asked again and again. */
export const createCallCounter = (provider: ScriptedProvider) => {
  const seen = new WeakSet<object>();
  const calls = new Map<string, number>();
  const unmasked = new Set<string>();
  const look = (): void => {
    for (const request of provider.requests) {
      if (seen.has(request)) continue;
      seen.add(request);
      const question = promptOf(request.body);
      calls.set(question, (calls.get(question) ?? 0) + 1);
      if (JSON.stringify(request.body).includes(mailDomain)) unmasked.add(question);
    }
  };
  return {
    look,
    /** Questions with an address that ought to have been masked. */
    unmasked,
    of(prompt: string): number {
      look();
      return calls.get(prompt) ?? 0;
    },
  };
};

export const evidenceOf = ({
  send,
  stored,
  providerCalls,
  timesCalled,
  run,
  replay,
}: {
  readonly send: Send;
  readonly stored: Stored | undefined;
  readonly providerCalls: number;
  readonly timesCalled: number;
  readonly run: Pick<Evidence, 'workersDie' | 'logsLost'>;
  readonly replay: Following | undefined;
}): Evidence => ({
  ...send,
  followings: send.followings,
  replay,
  replies: stored?.replies ?? 0,
  stored,
  ledger: stored?.bills ?? [],
  providerCalls,
  timesCalled,
  ...run,
});
