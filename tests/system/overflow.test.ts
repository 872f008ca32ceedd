/**
 * Pools whose queues are full, in one process and in many: replies go to the next candidate that has room, and say so;
 * when none has, the send is refused.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import type { TestClient } from '#tests/support/client.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { until } from '#tests/support/until.ts';

const [small, large] = ['openai/gpt-4o-mini', 'openai/scripted'];
const model = (id: string, pool: string): string => `
  - id: ${id}
    displayName: ${id}
    provider: openai
    pool: ${pool}
    contextWindow: 8000
    maxOutputTokens: 1000
    price: { input: "1", cachedInput: "1", output: "1" }`;
const modelsFile = `providers:
  - name: openai
    displayName: OpenAI
    kind: openai-compatible
    baseUrlVariable: OPENAI_BASE_URL
    apiKeyVariable: OPENAI_API_KEY
models:${model(small, 'SMALL')}${model(large, 'LARGE')}
`;

const sentShape = z.object({
  sendMessage: z.object({
    assistantMessage: z.object({
      id: z.string(),
      routing: z.object({ model: z.object({ id: z.string() }), reason: z.string() }),
    }),
  }),
});
const sendMutation = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) {
  assistantMessage { id routing { model { id } reason } } } }`;
const stopMutation = 'mutation Stop($id: ID!) { stopGeneration(messageId: $id) { id } }';

/** Sends a question whose reply never begins; gives the reply, or the code and wait of the refusal. */
const sendStalled = async (client: TestClient) => {
  const conversationId = await client.createConversation({ title: 'Queues' });
  const idempotencyKey = crypto.randomUUID();
  const input = { conversationId, content: 'script: stall=0', idempotencyKey };
  const { data, errors } = await client.ask(sendMutation, { input });
  const sent = sentShape.safeParse(data).data?.sendMessage.assistantMessage;
  return { sent, refusal: errors[0]?.extensions };
};

/** One reply at a time in each pool, and one more may wait. */
const worker = { WORKER_CONCURRENCY: '1', SHUTDOWN_GRACE_MS: '1000' };
const queues = { MAX_QUEUED: '1' };
const starters: Readonly<Record<string, (modelsFile: string) => Promise<Parlance>>> = {
  standalone: (file) => startStandalone({ environment: { ...worker, ...queues, MODELS_FILE: file } }),
  async distributed(file) {
    const [postgres, redis, rabbitmq] = await Promise.all([
      sharedService('postgres'),
      sharedService('redis'),
      sharedService('rabbitmq'),
    ]);
    const environment = {
      worker: { ...worker, MODELS_FILE: file },
      models: { MODELS_FILE: file },
      conversations: queues,
    };
    return startCompose({ postgres, redis, rabbitmq }, { environment });
  },
};

describe.each(Object.keys(starters))('%s', (name) => {
  const stack = new AsyncDisposableStack();
  let parlance: Parlance;
  beforeAll(async () => {
    const directory = stack.use(await createDirectory());
    const file = join(directory.path, 'models.yaml');
    await writeFile(file, modelsFile);
    const start = starters[name];
    if (!start) throw new Error(`nothing starts ${name}`);
    parlance = stack.use(await start(file));
  });
  afterAll(() => stack.disposeAsync());

  test('a pool whose queue is full passes replies on to the next candidate, which says why; two full ones refuse', async () => {
    const ada = await parlance.as('ada');
    const replies: string[] = [];
    const send = async () => {
      const result = await sendStalled(ada);
      if (result.sent) replies.push(result.sent.id);
      return result;
    };
    expect((await send()).sent?.routing.model.id).toBe(small);
    const passedOn = await until(send, ({ sent }) => sent?.routing.model.id === large);
    expect(passedOn.sent?.routing.reason).toContain(
      `${small} would come first, but too many replies wait in the queue of SMALL.`,
    );
    const { refusal } = await until(send, (result) => result.refusal !== undefined);
    expect(refusal).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 5_000 });
    for (const id of replies) await ada.ask(stopMutation, { id });
    // There is room again.
    await until(send, ({ sent }) => sent?.routing.model.id === small);
    for (const id of replies) await ada.ask(stopMutation, { id });
  });
});
