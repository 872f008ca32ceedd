import { expect, test } from 'vitest';
import type { ReplyParked } from '#contracts/broker-events.ts';
import { generationQueue } from '#contracts/pools.ts';
import type { ToolDecision } from '#contracts/stream-event.ts';
import type { NeededApproval } from '#contracts/tool-approval.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { bonn, type callsIn, köln, openToolFixture, respondWithWeather, toolAt } from '../tool.fixture.ts';

/** A fixture with a tool that needs approval, and somebody who decides. */
const openApprovals = async (respond = respondWithWeather) => {
  const fixture = await openToolFixture(respond);
  return {
    ...fixture,
    ask: (approval: NeededApproval, changes = {}) =>
      fixture.sendWithTool('', { tools: [{ ...toolAt(fixture.tool.url), approval }], ...changes }),
    /** Publishes the job again, as conversations does. */
    async decide({ calls, ...job }: ReplyParked, decisions: readonly ToolDecision[], changes = {}) {
      const made = Object.fromEntries(calls.map(({ id }, index) => [id, decisions[index]]));
      const all = { ...job.parked.decisions, ...made };
      const body = JSON.parse(JSON.stringify({ ...job, parked: { ...job.parked, decisions: all }, ...changes }));
      await fixture.broker.publish('jobs', generationQueue('EXTERNAL'), job.messageId, body);
    },
  };
};

const typesOf = (entries: Parameters<typeof callsIn>[0]): readonly string[] =>
  entries.map(({ event }) => event.type).filter((type) => type !== 'TokenDelta');

test('a reply whose calls need approval occupies no worker until all are decided, and goes on in one log with one bill', async () => {
  await using fixture = await openApprovals();
  const worker = await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn, köln], lead: 2 }, { tokens: 3 });
  const left = fixture.nextParked();
  const messageId = await fixture.ask('ALWAYS');
  const parked = await left;
  expect(parked.calls.map(({ name, arguments: text }) => ({ name, arguments: text }))).toEqual([bonn, köln]);
  await expect.poll(() => worker.running).toBe(0);
  expect(await fixture.streamLog.leased(messageId)).toBe(false);
  expect(fixture.tool.calls).toEqual([]);
  expect((await fixture.streamLog.snapshot(messageId))?.toolCalls).toMatchObject([
    { ...bonn, status: 'AWAITING_APPROVAL' },
    { ...köln, status: 'AWAITING_APPROVAL' },
  ]);

  await fixture.decide(parked, ['APPROVED', 'DENIED']);
  const entries = await fixture.entries(messageId);
  expect(typesOf(entries)).toEqual([
    'MessageStarted',
    'ToolCallStarted',
    'ToolCallStarted',
    'ToolCallAwaitingApproval',
    'ToolCallAwaitingApproval',
    'ToolCallApproved',
    'ToolCallCompleted',
    'ToolCallCompleted',
    'MessageStarted',
    'MessageCompleted',
  ]);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  expect(fixture.tool.calls.map(({ body }) => body.arguments)).toEqual([{ city: 'Bonn' }]);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({
    status: 'COMPLETED',
    attempt: 2,
    toolCalls: [
      { ...bonn, status: 'COMPLETED', decision: 'APPROVED', result: 'rain-in-Bonn' },
      { ...köln, status: 'FAILED', decision: 'DENIED' },
    ],
  });
  // What the provider counted before the pause is billed, not an estimate of it.
  expect(finished.parts).toMatchObject([
    { attempt: 1, inAnswer: true, usage: { source: 'PROVIDER', inputTokens: 1000 } },
    { attempt: 2, inAnswer: true, usage: { source: 'PROVIDER', inputTokens: 1000, outputTokens: 3 } },
  ]);
  const told = fixture.provider.requests.at(-1)?.body.messages.filter(({ role }) => role === 'tool');
  expect(told).toMatchObject([{ content: 'rain-in-Bonn' }, { content: expect.stringMatching(/^DENIED: /) }]);
});

test('AFTER_UNTRUSTED asks from the first result of a tool on', async () => {
  await using fixture = await openApprovals();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn] }, { calls: [köln], steps: 2 }, { tokens: 2 });
  const left = fixture.nextParked();
  const messageId = await fixture.ask('AFTER_UNTRUSTED');
  const parked = await left;
  expect(parked.calls).toMatchObject([köln]);
  expect(fixture.tool.calls).toHaveLength(1);
  await fixture.decide(parked, ['EXPIRED']);
  await fixture.entries(messageId);
  expect((await fixture.finished(messageId)).toolCalls).toMatchObject([
    { ...bonn, status: 'COMPLETED' },
    { ...köln, status: 'FAILED', decision: 'EXPIRED', result: expect.stringContaining('in time') },
  ]);
  expect((await fixture.finished(messageId)).toolCalls?.[0]).not.toHaveProperty('decision');
  expect(fixture.tool.calls).toHaveLength(1);
});

test('nobody is asked about a call that cannot be made', async () => {
  await using fixture = await openApprovals();
  await fixture.startToolWorker();
  fixture.provider.queue(
    {
      calls: [
        { name: 'weather', arguments: '{"city":7}' },
        { name: 'invented', arguments: '{}' },
      ],
    },
    { tokens: 2 },
  );
  const messageId = await fixture.ask('ALWAYS');
  expect(typesOf(await fixture.entries(messageId))).not.toContain('ToolCallAwaitingApproval');
  expect((await fixture.finished(messageId)).toolCalls).toMatchObject([{ status: 'FAILED' }, { status: 'FAILED' }]);
  expect(fixture.parked).toEqual([]);
});

test('a job that comes again while nobody has decided is left once more, and adds no event', async () => {
  await using fixture = await openApprovals();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn] }, { tokens: 2 });
  const first = fixture.nextParked();
  const messageId = await fixture.ask('ALWAYS');
  const parked = await first;
  const again = fixture.nextParked();
  const { calls: _, parked: __, ...job } = parked;
  const copy = JSON.parse(JSON.stringify(job));
  await fixture.broker.publish('jobs', generationQueue('EXTERNAL'), messageId, copy);
  const repeated = await again;
  expect(repeated.parked.lastSeq).toBe(parked.parked.lastSeq);
  expect(repeated.calls).toEqual(parked.calls);
  await fixture.decide(parked, ['APPROVED']);
  expect(typesOf(await fixture.entries(messageId)).filter((type) => type === 'ToolCallAwaitingApproval')).toHaveLength(
    1,
  );
  expect(fixture.provider.requests).toHaveLength(2);
  expect(fixture.tool.calls).toHaveLength(1);
});

test('a worker that dies in a call that was allowed leaves it to the next one, which asks nobody', async () => {
  const begun: string[] = [];
  await using fixture = await openApprovals((response, call) => {
    begun.push(call.body.tool);
    if (begun.length > 1) respondWithWeather(response, call);
  });
  const first = await fixture.startToolWorker({ shutdownGraceMs: 0 });
  fixture.provider.queue({ calls: [bonn] }, { tokens: 2 });
  const left = fixture.nextParked();
  const messageId = await fixture.ask('ALWAYS');
  const arrived = fixture.tool.nextCall();
  await fixture.decide(await left, ['APPROVED']);
  await arrived;
  await first[Symbol.asyncDispose]();
  await fixture.startToolWorker();
  const entries = await fixture.entries(messageId);
  expect(typesOf(entries).filter((type) => type.startsWith('ToolCall'))).toEqual([
    'ToolCallStarted',
    'ToolCallAwaitingApproval',
    'ToolCallApproved',
    'ToolCallCompleted',
  ]);
  expect(begun).toHaveLength(2);
  expect(await fixture.finished(messageId)).toMatchObject({
    text: `rain-in-Bonn ${textOf(2)}`,
    toolCalls: [{ status: 'COMPLETED', decision: 'APPROVED' }],
  });
});

test('a log that the store lost meanwhile comes back with the same seqs', async () => {
  await using fixture = await openApprovals();
  await using other = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn], lead: 2 }, { tokens: 2 });
  const left = fixture.nextParked();
  const messageId = await fixture.ask('ALWAYS');
  const parked = await left;
  const before = await fixture.streamLog.entries(messageId);
  // The stream log of the other fixture has never heard of the reply.
  other.provider.queue({ tokens: 2 });
  await other.startToolWorker();
  const { calls, ...job } = parked;
  const decisions = Object.fromEntries(calls.map(({ id }) => [id, 'DENIED']));
  const body = JSON.parse(JSON.stringify({ ...job, parked: { ...job.parked, decisions } }));
  await other.broker.publish('jobs', generationQueue('EXTERNAL'), messageId, body);
  const entries = await other.entries(messageId);
  expect(entries.slice(0, before.length)).toEqual(before);
  expect(typesOf(entries)).not.toContain('MessageReset');
  expect(await other.finished(messageId)).toMatchObject({ status: 'COMPLETED', attempt: 2 });
});

test('a reply that has to stop while it waits ends without the call, and is billed', async () => {
  await using fixture = await openApprovals();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn], lead: 2 });
  const left = fixture.nextParked();
  const messageId = await fixture.ask('ALWAYS');
  const parked = await left;
  await fixture.decide(parked, [], { stopRequested: true });
  await fixture.entries(messageId);
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'CANCELLED',
    text: textOf(2),
    toolCalls: [{ status: 'FAILED', result: expect.stringContaining('before anybody') }],
    parts: [{ attempt: 1, inAnswer: true, usage: { source: 'PROVIDER', inputTokens: 1000 } }],
  });
  expect(fixture.tool.calls).toEqual([]);
});
