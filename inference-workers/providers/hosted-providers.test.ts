/** Gemini, Gemini in Google Cloud, Azure OpenAI and Amazon Bedrock: one contract, from the models file to the bill. */
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { bonn } from '../tool.fixture.ts';
import { openDialectFixture } from './dialect-worker.fixture.ts';
import { dialects } from './dialects.fixture.ts';

const all = Object.entries(dialects);
const usage = { inputTokens: 11, cachedInputTokens: 4, outputTokens: 3, source: 'PROVIDER' };

test.each(all)('%s: a text is streamed, and billed as it is reported', async (_, dialect) => {
  await using fixture = await openDialectFixture(dialect, [dialect.reply({ texts: ['Hel', 'lo.'] })]);
  const finished = await fixture.finished(await fixture.ask('Say hello.'));
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Hello.', finishReason: 'STOP', usage });
  const [request] = fixture.asked;
  expect(request?.url).toBe(dialect.path);
  for (const [header, value] of Object.entries(dialect.access)) expect(request?.headers[header]).toMatch(value);
  expect(JSON.stringify(request?.body)).toContain('Say hello.');
});

test.each(all)('%s: a tool is called, and its result is given back', async (_, dialect) => {
  const called = dialect.reply({ texts: ['Let me see.'], calls: [bonn], end: 'calls' });
  await using fixture = await openDialectFixture(dialect, [called, dialect.reply({ texts: ['It rains.'] })]);
  const finished = await fixture.finished(await fixture.askWithTool('How is the weather?'));
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Let me see.\n\nIt rains.' });
  expect(finished.toolCalls).toMatchObject([{ ...bonn, status: 'COMPLETED', result: 'rain' }]);
  expect(finished.usage).toMatchObject({ inputTokens: 22, outputTokens: 6, source: 'PROVIDER' });
  const [first, second] = fixture.asked.map(({ body }) => JSON.stringify(body));
  expect(first).toContain('The weather of a city.');
  expect(second).toContain('Bonn');
  expect(second).toContain('rain');
});

test.each(all)('%s: thoughts are shown apart from the text', async (_, dialect) => {
  await using fixture = await openDialectFixture(dialect, [dialect.reply({ thoughts: 'Hm.', texts: ['Yes.'] })]);
  const sent = await fixture.ask('Is it?', { reasoningEffort: 'LOW', maxOutputTokens: 8_000 });
  expect(await fixture.finished(sent)).toMatchObject({ status: 'COMPLETED', text: 'Yes.', reasoning: 'Hm.', usage });
});

test.each(all)('%s: reasons of an end', async (_, dialect) => {
  const ends = [
    ['length', 'LENGTH'],
    ['filter', 'CONTENT_FILTER'],
  ] as const;
  for (const [end, finishReason] of ends) {
    await using fixture = await openDialectFixture(dialect, [dialect.reply({ texts: ['Hel'], end })]);
    expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({
      status: 'COMPLETED',
      text: 'Hel',
      finishReason,
    });
  }
});

test.each(all)('%s: a response that ends without its end is PARTIAL, never whole', async (_, dialect) => {
  await using fixture = await openDialectFixture(dialect, [dialect.reply({ texts: ['Hel'], isCut: true })]);
  const finished = await fixture.finished(await fixture.ask('Hi'));
  expect(finished).toMatchObject({
    status: 'PARTIAL',
    text: 'Hel',
    finishReason: 'ERROR',
    usage: { source: 'COUNTED' },
  });
  expect(finished.modelFailures).toMatchObject([{ code: 'MODEL_UNAVAILABLE', origin: 'PROVIDER' }]);
});

test.each(all)('%s: a response that is cut inside an event, or whose socket is cut, is PARTIAL', async (_, dialect) => {
  const pieces = dialect.reply({ texts: ['Hel', 'lo.'] });
  const whole = Buffer.concat(dialect.reply({ texts: ['Hel'], isCut: true }));
  const part = Buffer.concat(pieces).subarray(0, whole.length + 9);
  await using fixture = await openDialectFixture(dialect, [
    [part],
    (response) => {
      response.writeHead(200);
      response.write(whole, () => response.destroy());
    },
  ]);
  for (const _ of [1, 2]) {
    const finished = await fixture.finished(await fixture.ask('Hi'));
    expect(finished).toMatchObject({ status: 'PARTIAL', text: 'Hel' });
    expect(finished.modelFailures).toMatchObject([{ code: 'MODEL_UNAVAILABLE' }]);
  }
});

test('a reply whose usage is cut off is whole, and counted', async () => {
  const pieces = dialects.bedrock.reply({ texts: ['Hello.'] });
  await using fixture = await openDialectFixture(dialects.bedrock, [[Buffer.concat(pieces).subarray(0, -9)]]);
  const counted = { status: 'COMPLETED', text: 'Hello.', usage: { source: 'COUNTED' } };
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject(counted);
});

test.each([
  ['OTHER', { status: 'PARTIAL', finishReason: 'ERROR' }],
  ['MALFORMED_FUNCTION_CALL', { status: 'PARTIAL', finishReason: 'ERROR' }],
  ['IMAGE_SAFETY', { status: 'COMPLETED', finishReason: 'CONTENT_FILTER' }],
  ['A_NEW_REASON', { status: 'COMPLETED', finishReason: 'STOP' }],
])('a reply of Gemini that ends with %s', async (finishReason, end) => {
  const pieces = dialects.google.reply({ texts: ['Hel'], isCut: true });
  const last = Buffer.from(`data: ${JSON.stringify({ candidates: [{ finishReason, index: 0 }] })}\n\n`);
  await using fixture = await openDialectFixture(dialects.google, [[...pieces, last]]);
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ text: 'Hel', ...end });
});

test('a prompt that Gemini blocks ends with a content filter', async () => {
  const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 11 } };
  await using fixture = await openDialectFixture(dialects.google, [
    [Buffer.from(`data: ${JSON.stringify(blocked)}\n\n`)],
  ]);
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ text: '', finishReason: 'CONTENT_FILTER' });
});

test.each(all)('%s: an overload is retried, as a refusal and inside a response', async (_, dialect) => {
  await using fixture = await openDialectFixture(dialect, [
    dialect.refusal('overload'),
    [dialect.fault('overload')],
    dialect.reply({ texts: ['Hello.'] }),
  ]);
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ status: 'COMPLETED', text: 'Hello.' });
  expect(fixture.asked).toHaveLength(3);
});

test.each(all)(
  '%s: what cannot be retried has its code, and the words of the provider stay here',
  async (_, dialect) => {
    const faults = [
      [dialect.refusal('too long'), 'CONTEXT_TOO_LONG', 'REQUEST'],
      [[dialect.fault('too long')], 'CONTEXT_TOO_LONG', 'REQUEST'],
      [dialect.refusal('key'), 'MODEL_UNAVAILABLE', 'PROVIDER'],
      [dialect.refusal('request'), 'MODEL_ERROR', 'REQUEST'],
    ] as const;
    for (const [response, code, origin] of faults) {
      await using fixture = await openDialectFixture(dialect, [response]);
      const finished = await fixture.finished(await fixture.ask('Hi'));
      expect(finished).toMatchObject({ status: 'FAILED', failure: { code }, modelFailures: [{ code, origin }] });
      expect(JSON.stringify(finished)).not.toMatch(/token count|permission|subscription|specified model/);
      expect(fixture.asked).toHaveLength(1);
    }
  },
);

/** Sends these pieces for as long as the socket is open. */
const flood = (pieces: Iterable<Uint8Array>) => {
  const sent = { bytes: 0, closed: Promise.withResolvers<void>() };
  const respond = (response: ServerResponse): void => {
    response.once('close', sent.closed.resolve);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const rest = pieces[Symbol.iterator]();
    const write = (): void => {
      while (!response.destroyed) {
        const piece: Uint8Array = rest.next().value;
        sent.bytes += piece.length;
        if (!response.write(piece)) break;
      }
    };
    response.on('drain', write);
    write();
  };
  return { sent, respond };
};

test.each(all)('%s: an event or frame that does not end is a fault before it has many bytes', async (_, dialect) => {
  const { sent, respond } = flood(dialect.endless());
  await using fixture = await openDialectFixture(dialect, [respond]);
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({
    status: 'FAILED',
    failure: { code: 'MODEL_ERROR' },
  });
  await sent.closed.promise;
  expect(sent.bytes).toBeLessThan(16 * 1024 * 1024);
});

const forEver = function* (piece: Uint8Array): Iterable<Uint8Array> {
  for (;;) yield piece;
};

test.each(all.filter(([name]) => name !== 'azure'))('%s: a response as a whole is bounded', async (_, dialect) => {
  const { sent, respond } = flood(forEver(dialect.filler));
  await using fixture = await openDialectFixture(dialect, [respond]);
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ status: 'FAILED' });
  await sent.closed.promise;
  expect(sent.bytes).toBeLessThan(96 * 1024 * 1024);
});

test.each(all)('%s: when its reader leaves, the socket of a response is closed', async (_, dialect) => {
  const left = Promise.withResolvers<void>();
  const [piece, ...rest] = dialect.reply({ texts: ['Hel'], isCut: true });
  await using fixture = await openDialectFixture(dialect, [
    (response) => {
      response.once('close', left.resolve);
      response.writeHead(200);
      for (const one of [piece, ...rest]) response.write(one);
    },
  ]);
  const sent = await fixture.ask('Hi');
  for await (const { event } of fixture.streamLog.tail(sent, 0, new AbortController().signal)) {
    if (event.type === 'TokenDelta') break;
  }
  await fixture.streamLog.requestStop(sent);
  await left.promise;
  expect(await fixture.finished(sent)).toMatchObject({ status: 'CANCELLED', text: 'Hel' });
});

test.each(all)('%s: a provider without one of its variables serves nothing', async (_, dialect) => {
  for (const name of Object.keys(dialect.environment(''))) {
    await using fixture = await openDialectFixture(dialect, [], { environment: { [name]: '' } });
    // Google Cloud and Amazon have an address for each place.
    const hasAddress = name === 'GOOGLE_VERTEX_BASE_URL' || name === 'BEDROCK_BASE_URL';
    expect(fixture.served).toEqual(hasAddress ? [dialect.modelId] : []);
  }
});
