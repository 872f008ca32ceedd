/**
 * A real engine: a GGUF file, run by the standalone itself. Its weights are random, so only the way of its words is
 * checked.
 */
import { expect, test } from 'vitest';
import { textOfEvents } from '#tests/support/client.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { tinyGguf } from '#tests/tiny-gguf/make-tiny-gguf.ts';

test('a GGUF file replies through the whole supergraph, and stops on request', async () => {
  const environment = { MODEL_PATH: await tinyGguf(), OPENAI_API_KEY: '', OPENAI_BASE_URL: '', LLAMA_THREADS: '2' };
  await using parlance = await startStandalone({ environment });
  const ada = await parlance.as('ada');
  const conversationId = await ada.createConversation();
  const { events } = await ada.converse(conversationId, 'Say something.', { maxOutputTokens: 24 });
  const end = events.at(-1);
  expect(end).toMatchObject({ __typename: 'MessageCompleted', message: { content: textOfEvents(events) } });
  expect(textOfEvents(events).length).toBeGreaterThan(0);

  const { assistantMessage } = await ada.send(conversationId, 'Say very much.', { maxOutputTokens: 3_000 });
  let last: string | undefined;
  for await (const event of ada.stream(assistantMessage.id)) {
    if (event.seq === 2)
      await ada.ask('mutation($id: ID!) { stopGeneration(messageId: $id) { id } }', { id: assistantMessage.id });
    last = event.message?.status;
  }
  // A random model may also end by itself before the stop arrives.
  expect(['CANCELLED', 'COMPLETED']).toContain(last);
});
