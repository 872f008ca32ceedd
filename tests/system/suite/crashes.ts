/**
 * Processes that die: whichever it is, a client that follows sees every event once, and the reply is stored and billed
 * once.
 */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { type StreamedEvent, type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const words = 150;
const prompt = (): string => `script: tokens=${words} pace=10\n${uuidv7()}`;

const storedShape = z.object({
  message: z.object({
    content: z.string(),
    status: z.string(),
    usage: z.object({ outputTokens: z.number() }).nullable(),
  }),
});
const storedQuery = 'query($id: ID!) { message(id: $id) { content status usage { outputTokens } } }';

const checkWhole = async (client: TestClient, messageId: string, events: readonly StreamedEvent[]): Promise<void> => {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ __typename }) => __typename === 'MessageCompleted')).toHaveLength(1);
  expect(textOfEvents(events)).toBe(textOf(words));
  const { message } = await until(
    () => client.query(storedShape, storedQuery, { id: messageId }),
    ({ message: stored }) => stored.usage !== null,
  );
  // Billed for one reply, not for two runs of it.
  expect(message).toMatchObject({ status: 'COMPLETED', content: textOf(words), usage: { outputTokens: words } });
};

/** Follows to the end, calling `crash` once after some deltas; resumes by itself when the stream is cut. */
const follow = async (client: TestClient, messageId: string, crash: () => Promise<void>): Promise<StreamedEvent[]> => {
  const events: StreamedEvent[] = [];
  let crashed: Promise<void> | undefined;
  const ended = (): boolean => /^Message(Completed|Failed)$/.test(events.at(-1)?.__typename ?? '');
  while (!ended()) {
    try {
      for await (const event of client.stream(messageId, events.at(-1)?.seq ?? 0)) {
        events.push(event);
        if (events.length === 5) crashed ??= crash();
      }
    } catch {
      await crashed;
    }
  }
  await crashed;
  return events;
};

/** For processes that run apart: only the service that is named dies. */
export const serviceCrashSuite = (parlance: () => Parlance): void => {
  test('the worker is killed: another one takes the reply over, after a reset', async () => {
    const ada = await parlance().as('ada');
    const { assistantMessage } = await ada.send(await ada.createConversation(), prompt());
    const events = await follow(ada, assistantMessage.id, () => parlance().crash('worker'));
    expect(events.some(({ __typename }) => __typename === 'MessageReset')).toBe(true);
    await checkWhole(ada, assistantMessage.id, events);
  });

  test('conversations is killed: the client’s socket stays open and sees nothing of it', async () => {
    const ada = await parlance().as('ada');
    const { assistantMessage } = await ada.send(await ada.createConversation(), prompt());
    const events: StreamedEvent[] = [];
    let crashed: Promise<void> | undefined;
    for await (const event of ada.stream(assistantMessage.id)) {
      events.push(event);
      if (events.length === 5) crashed = parlance().crash('conversations');
    }
    await crashed;
    expect(events.some(({ __typename }) => __typename === 'MessageReset')).toBe(false);
    await checkWhole(ada, assistantMessage.id, events);
  });

  test('the gateway is killed: the client resumes after its last seq', async () => {
    const ada = await parlance().as('ada');
    const { assistantMessage } = await ada.send(await ada.createConversation(), prompt());
    await checkWhole(
      ada,
      assistantMessage.id,
      await follow(ada, assistantMessage.id, () => parlance().crash('gateway')),
    );
  });

  test('usage is killed while a reply runs: it is billed when usage is back', async () => {
    const ada = await parlance().as('ada');
    const { assistantMessage } = await ada.send(await ada.createConversation(), prompt());
    await checkWhole(ada, assistantMessage.id, await follow(ada, assistantMessage.id, () => parlance().crash('usage')));
  });
};

/** For the standalone: everything dies at once. */
export const standaloneCrashSuite = (parlance: () => Parlance): void => {
  test('the process is killed and started again: what was in flight is finished, and the cursor is still good', async () => {
    const ada = await parlance().as('ada');
    const { assistantMessage } = await ada.send(await ada.createConversation(), prompt());
    await checkWhole(
      ada,
      assistantMessage.id,
      await follow(ada, assistantMessage.id, () => parlance().crash('worker')),
    );
  });
};
