import { expect, test } from 'vitest';
import { createChangeFeed } from './conversations/change-feed.ts';
import { finished, logger, openFixture } from './conversations.fixture.ts';
import { readBranch } from './messages/branch.ts';
import { startJobRelay } from './outbox/job-outbox.ts';
import { storeFinished } from './replies/store-result.ts';
import { awaitMessage } from './streams/await-message.ts';
import { streamOfStored } from './streams/message-stream.ts';

const call = { id: 'c', name: 'look_up', arguments: '{}', status: 'COMPLETED', result: '42' } as const;

test('the tool calls of a result are read with its message and with the branch', async () => {
  await using fixture = await openFixture();
  const { database, streamLog, identity } = fixture;
  await using relay = startJobRelay(database, fixture.broker, logger);
  const changes = createChangeFeed(fixture.signals, logger);
  const conversation = await fixture.conversation();
  const waiting = { status: 'QUEUED', content: '' } as const;
  const first = await fixture.turn(conversation, undefined, 'one', waiting);
  const second = await fixture.turn(conversation, first.reply, 'two', waiting);
  const third = await fixture.turn(conversation, second.reply, 'three', waiting);
  for (const { reply, toolCalls } of [
    { reply: first.reply, toolCalls: [call] },
    { reply: second.reply, toolCalls: [call, { ...call, id: 'd' }] },
  ]) {
    await storeFinished(
      { database, relay, changes, streamLog, keepsStreamEvents: false },
      finished(reply, { toolCalls }),
    );
  }
  expect((await awaitMessage(fixture, identity, second.reply.id)).toolCalls).toHaveLength(2);
  const branch = await readBranch(database.forTenant(conversation.tenantId), third.reply.id, 1, 6);
  expect(branch.map(({ toolCalls }) => toolCalls?.length ?? 0)).toEqual([0, 1, 0, 2, 0, 0]);
});

test('a stream made from a row has all passages before the text: those of the reply and those of its searches', async () => {
  await using fixture = await openFixture();
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'q', { content: 'As [2].' });
  const passageOf = (index: number) => ({
    ...{ index, fileId: reply.id, fileName: 'pump.pdf', heading: '', text: `Text ${index}.`, score: 1 },
  });
  const [one, two] = [passageOf(1), passageOf(2)];
  const generation = { userId: reply.id, candidates: [], retrieval: { passages: [one], failed: true } };
  const toolCalls = [{ ...call, passages: [two, one] }];
  const [, sources] = streamOfStored({ ...reply, generation, toolCalls, lastSeq: 20 }, 0);
  expect(sources?.event).toEqual({ type: 'SourcesFound', passages: [one, two], failed: true });
  const [, searched] = streamOfStored({ ...reply, generation: null, toolCalls, lastSeq: 20 }, 0);
  expect(searched?.event).toEqual({ type: 'SourcesFound', passages: [one, two] });
});
