/** A turn whose response is lost on its way, while its reply is being streamed. */
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import { createParlanceClient } from './index.ts';
import { watch } from './watch-views.fixture.ts';

test('Stop does not wait for the response to the question', async () => {
  await using parlance = await startStandalone();
  const ada = await parlance.as('ada');
  let lost = 0;
  const client = createParlanceClient({
    url: parlance.url,
    auth: () => ada.token,
    webSocketImpl: WebSocket,
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (!String(init?.body).includes('sendMessage')) return response;
      lost += 1;
      return await new Promise<never>(() => undefined);
    },
  });
  const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=5000 pace=10' });
  let isStopping = false;
  const { last, text } = await watch(sent, ({ text: written }) => {
    if (written === '' || isStopping) return;
    isStopping = true;
    void sent.stop();
  });
  client.close();
  expect(lost).toBe(1);
  expect(last?.status).toBe('CANCELLED');
  expect(textOf(5_000).startsWith(text)).toBe(true);
});

test('a request to stop that gets no response is sent again', async () => {
  await using parlance = await startStandalone();
  const ada = await parlance.as('ada');
  let stops = 0;
  const client = createParlanceClient({
    url: parlance.url,
    auth: () => ada.token,
    webSocketImpl: WebSocket,
    requestTimeoutMs: 1_000,
    fetch(input, init) {
      const isStop = String(init?.body).includes('stopGeneration');
      if (isStop) stops += 1;
      if (!isStop || stops > 1) return fetch(input, init);
      return new Promise<never>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    },
  });
  const turn = await ada.send(await ada.createConversation(), 'script: tokens=5000 pace=10');
  const messageId = turn.assistantMessage.id;
  await client.stop(messageId);
  const { last } = await watch(client.followMessage(messageId), () => {});
  client.close();
  expect(stops).toBe(2);
  expect(last?.status).toBe('CANCELLED');
});
