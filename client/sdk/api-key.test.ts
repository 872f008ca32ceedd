/** The SDK as a program on a server uses it: with an API key, which may be replaced while an answer streams. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { textOf } from '../../tests/scripted-provider/script.ts';
import type { TestClient } from '../../tests/system/client.ts';
import type { Parlance } from '../../tests/system/parlance.ts';
import { startStandalone } from '../../tests/system/standalone-process.ts';
import { createParlanceClient } from './index.ts';

let parlance: Parlance;
let ada: TestClient;
beforeAll(async () => {
  parlance = await startStandalone();
  ada = await parlance.as('ada');
});
afterAll(() => parlance[Symbol.asyncDispose]());

const createdShape = z.object({
  createApiKey: z.object({ secret: z.string(), apiKey: z.object({ id: z.string() }) }),
});
const makeKey = async () => {
  const create = 'mutation { createApiKey(input: { name: "sdk" }) { secret apiKey { id } } }';
  const { secret, apiKey } = (await ada.query(createdShape, create)).createApiKey;
  const revoke = 'mutation($id: ID!) { revokeApiKey(id: $id) { id } }';
  return { secret, revoke: () => ada.query(z.unknown(), revoke, { id: apiKey.id }) };
};
const connect = (auth: string | (() => string), transport: 'websocket' | 'events') => {
  const backoff = { firstMs: 1, longestMs: 10 };
  return createParlanceClient({ url: parlance.url, auth, transport, webSocketImpl: WebSocket, backoff });
};

describe.each(['websocket', 'events'] as const)('over %s', (transport) => {
  test('a key that is replaced in the middle of an answer loses nothing of it', async () => {
    const [old, next] = [await makeKey(), await makeKey()];
    let current = old.secret;
    const client = connect(() => current, transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=100 pace=20' });
    let revoked: Promise<unknown> | undefined;
    let shown = '';
    for await (const { delta, text } of sent) {
      shown += delta;
      expect(text).toBe(shown);
      if (revoked || shown === '') continue;
      current = next.secret;
      revoked = old.revoke();
    }
    await revoked;
    client.close();
    expect(revoked).toBeDefined();
    expect(shown).toBe(textOf(100));
  });

  test('a key that is revoked and has no successor ends the answer with UNAUTHENTICATED', async () => {
    const key = await makeKey();
    const client = connect(key.secret, transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=200 pace=20' });
    const follow = async (): Promise<void> => {
      for await (const { text } of sent) if (text !== '') await key.revoke();
    };
    await expect(follow()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    client.close();
  });
});
