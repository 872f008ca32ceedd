/** Which turns a summary covers, and when it is due. */
import { expect, test } from 'vitest';
import type { MessageFinished, PromptFill } from '#contracts/broker-events.ts';
import type { GenerationJob, RouteCandidate } from '#contracts/generation-job.ts';
import { candidate } from './conversations.fixture.ts';
import { ConversationEntity, MessageEntity } from './entities.ts';
import { cheapest, isWindowFilling } from './summaries/add-summary-job.ts';
import { contents, converse, full, inFlight, openSummaries } from './summaries.fixture.ts';

test('a window counts as filling from the percent on, or once messages did not fit', () => {
  const filling = (prompt: PromptFill | undefined, percent = 70, status: MessageFinished['status'] = 'COMPLETED') =>
    isWindowFilling({ prompt, status }, percent);
  expect(filling(full)).toBe(true);
  expect(filling({ ...full, tokens: 7 })).toBe(true);
  expect(filling({ ...full, tokens: 6 })).toBe(false);
  expect(filling({ ...full, tokens: 1, droppedMessages: 1 })).toBe(true);
  expect(filling(full, 0)).toBe(false);
  expect(filling(full, 70, 'FAILED')).toBe(false);
  expect(filling(undefined)).toBe(false);
});

test('the cheapest models are asked, and never the dearest where there is another', () => {
  const priced = (modelId: string, input: string, output: string): RouteCandidate => ({
    ...{ ...candidate, modelId },
    price: { input, cachedInput: input, output },
  });
  const [small, medium, large] = [
    priced('small', '0.15', '0.6'),
    priced('medium', '1', '3'),
    priced('large', '9', '30'),
  ];
  expect(cheapest([large, small, medium])).toEqual([small, medium]);
  expect(cheapest([large, small])).toEqual([small]);
  expect(cheapest([large])).toEqual([large]);
  expect(cheapest([])).toEqual([]);
});

test('whole turns are covered, and the last two stay', async () => {
  await using summaries = await openSummaries();
  const { conversation, at } = await converse(summaries.fixture, 5);
  const job = await summaries.jobAfter(at(4));
  expect(contents(job)).toEqual(['t0', 'reply to t0', 't1', 'reply to t1', 't2', 'reply to t2']);
  expect(job).toMatchObject({ turns: [0, 1, 2].map((turn) => ({ lastMessageId: at(turn).id, messages: 2 })) });
  const { summarising, summarisingSince } = await summaries.conversationOf(conversation);
  expect({ summarising, since: summarisingSince instanceof Date }).toEqual({
    summarising: job?.messageId,
    since: true,
  });
});

test('what would fit a large window stays, and a short conversation is not summarised', async () => {
  await using summaries = await openSummaries();
  const { at } = await converse(summaries.fixture, 4);
  expect(await summaries.jobAfter(at(3), { prompt: { ...full, tokens: 990, contextWindow: 1_000 } })).toBeUndefined();
  const short = await converse(summaries.fixture, 2);
  expect(await summaries.jobAfter(short.at(1))).toBeUndefined();
});

test('what is not worth a summary stays, unless it does not fit any more', async () => {
  await using summaries = await openSummaries();
  // Behind the first turn, of 13 bytes, the others stay. A tenth of the window are 16 bytes.
  const prompt = { tokens: 36, contextWindow: 40, droppedMessages: 0 };
  const { at } = await converse(summaries.fixture, 6);
  expect(await summaries.jobAfter(at(5), { prompt })).toBeUndefined();
  const other = await converse(summaries.fixture, 6);
  const job = await summaries.jobAfter(other.at(5), { prompt: { ...prompt, droppedMessages: 1 } });
  expect(contents(job)).toEqual(['t0', 'reply to t0']);
});

test('a blocked message is in no summary, and a turn without text belongs to the one before', async () => {
  await using summaries = await openSummaries();
  const { fixture } = summaries;
  const { database, identity } = fixture;
  const { at } = await converse(fixture, 6);
  const em = database.forTenant(identity.tenantId);
  await em.nativeUpdate(MessageEntity, { id: at(0).id }, { status: 'BLOCKED' });
  for (const id of [at(1).id, at(1).parentId ?? '']) await em.nativeUpdate(MessageEntity, { id }, { content: '' });
  const job = await summaries.jobAfter(at(5));
  expect(contents(job)).toEqual(['t0', 't2', 'reply to t2', 't3', 'reply to t3']);
  expect(job).toMatchObject({
    turns: [
      { lastMessageId: at(1).id, messages: 1 },
      { lastMessageId: at(2).id, messages: 2 },
      { lastMessageId: at(3).id, messages: 2 },
    ],
  });
});

test('one summary is made at a time, and after one that failed none is for a while', async () => {
  await using summaries = await openSummaries();
  const { fixture, conversationOf } = summaries;
  const { conversation, at } = await converse(fixture, 5);
  const { database, identity } = fixture;
  const job = await summaries.jobAfter(at(4));
  expect(job).toBeDefined();
  const again = async (content: string): Promise<GenerationJob | undefined> =>
    summaries.jobAfter((await fixture.turn(await conversationOf(conversation), at(-1), content, inFlight)).reply);
  expect(await again('while it is made')).toBeUndefined();
  await database
    .forTenant(identity.tenantId)
    .nativeUpdate(ConversationEntity, { id: conversation.id }, { summarisingSince: new Date(Date.now() - 601_000) });
  const later = await again('ten minutes later');
  expect(later?.messageId).not.toBe(job?.messageId);
  // The first one is not waited for any more.
  if (job && later) {
    await summaries.store(job);
    expect(await summaries.summaries()).toEqual([]);
    await summaries.store(later);
    await summaries.store(later, { summary: 'a second delivery' });
  }
  expect(await summaries.summaries()).toMatchObject([{ content: expect.stringMatching(/^summary of/) }]);
  expect(await conversationOf(conversation)).toMatchObject({ summarising: null, summarisingSince: null });
});
