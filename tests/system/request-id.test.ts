/** One request through every service, as the log of a standalone and its client see it. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { sendMutation } from '#tests/support/client.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { until } from '#tests/support/until.ts';

type Line = Readonly<Record<string, unknown>>;

test('one id names a request in its response, in the log line of its operation and in that of its generation', async () => {
  const lines: Line[] = [];
  const texts: string[] = [];
  await using parlance = await startStandalone({
    environment: { LOG_LEVEL: 'info' },
    onLogLine(line) {
      texts.push(line);
      lines.push(JSON.parse(line));
    },
  });
  const ada = await parlance.as('ada');
  const conversationId = await ada.createConversation();
  const ask = async (content: string, more: object = {}) => {
    const { headers, errors } = await ada.ask(sendMutation, {
      input: { conversationId, content, idempotencyKey: uuidv7(), ...more },
    });
    expect(errors).toEqual([]);
    return headers.get('x-request-id');
  };
  const untilLogged = (message: string, requestId: unknown): Promise<Line | undefined> =>
    until(
      async () => lines.find((line) => line['msg'] === message && line['requestId'] === requestId),
      (found) => found !== undefined,
    );

  const first = await ask('script: tokens=3 pace=50\nabout my grandmother in Delft');
  const queued = await ask('script: status=400\nabout my grandmother in Delft', { onBusy: 'ENQUEUE' });
  expect(first).toMatch(/^[\w-]{36}$/);
  expect(queued).not.toBe(first);

  expect(await untilLogged('operation', first)).toMatchObject({
    ...{ service: 'standalone', type: 'mutation', operation: 'Send', code: 'OK' },
    ...{ tenantId: expect.any(String), userId: expect.any(String), durationMs: expect.any(Number) },
  });
  const generated = await untilLogged('generation', first);
  expect(generated).toMatchObject({
    ...{ kind: 'reply', conversationId, status: 'COMPLETED', code: 'OK' },
    ...{ modelId: expect.any(String), provider: 'openai', durationMs: expect.any(Number) },
  });
  // A reply that waited for another one keeps the id of the request that asked for it.
  expect(await untilLogged('generation', queued)).toMatchObject({ status: 'FAILED', code: 'MODEL_ERROR' });
  expect(await untilLogged('a model failed', queued)).toMatchObject({
    code: 'MODEL_ERROR',
    err: { cause: { type: 'AI_APICallError', status: 400 } },
  });

  const refusal = await ada.ask('{ conversation(id: "00000000-0000-4000-8000-000000000000") { id } }');
  const { errors, headers } = refusal.errors.length > 0 ? refusal : await ada.ask('{ nothing }');
  expect(errors[0]?.extensions).toMatchObject({ requestId: headers.get('x-request-id') });
  expect(texts.join('\n')).not.toMatch(/grandmother/);
});
