/** The SDK as a server program uses it: with an API key, which may be replaced while a reply streams. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { textOf } from '../../tests/scripted-provider/script.ts';
import type { TestClient } from '../../tests/support/client.ts';
import type { Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import { createParlanceClient } from './index.ts';

let parlance: Parlance;
let ada: TestClient;
beforeAll(async () => {
  parlance = await startStandalone();
  ada = await parlance.as('ada');
});
afterAll(() => parlance[Symbol.asyncDispose]());

const connect = (auth: string | (() => string), transport: 'websocket' | 'events') => {
  const backoff = { firstMs: 1, longestMs: 10 };
  return createParlanceClient({ url: parlance.url, auth, transport, webSocketImpl: WebSocket, backoff });
};

describe.each(['websocket', 'events'] as const)('over %s', (transport) => {
  test('a key that is replaced in the middle of a reply loses none of its text', async () => {
    const [old, next] = [await ada.createApiKey(), await ada.createApiKey()];
    let current = old.secret;
    const given = new Set<string>();
    const client = connect(() => {
      given.add(current);
      return current;
    }, transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=100 pace=20' });
    let revoked: Promise<unknown> | undefined;
    let givenWhileStreaming: string[] = [];
    let shown = '';
    for await (const { delta, text, status } of sent) {
      if (status === 'STREAMING') givenWhileStreaming = [...given];
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
    expect(givenWhileStreaming).toEqual([old.secret, next.secret]);
  });

  test('a key that is revoked without a successor ends the reply with UNAUTHENTICATED', async () => {
    const key = await ada.createApiKey();
    const client = connect(key.secret, transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=200 pace=20' });
    const follow = async (): Promise<void> => {
      for await (const { text } of sent) if (text !== '') await key.revoke();
    };
    await expect(follow()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    client.close();
  });
});
