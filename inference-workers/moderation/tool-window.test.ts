/** Tool calls under a policy of mode WINDOW: arguments before the tool runs, results before the model reads them. */
import { expect, test } from 'vitest';
import { bonn, callsIn, openToolFixture } from '../tool.fixture.ts';
import { nextBlocked, windowed } from './window.fixture.ts';

const threat = 'I will kill you tomorrow';

test.each([
  ['as they are', JSON.stringify({ city: threat })],
  ['behind escapes', JSON.stringify({ city: threat }).replace('kill', '\\u006bill')],
  ['as a key', JSON.stringify({ [threat]: 1 })],
  ['and no JSON', threat],
])('arguments that are blocked reach neither tool nor log, %s, and the reply goes on', async (_, given) => {
  await using fixture = await openToolFixture();
  const reported = nextBlocked(fixture.broker);
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn, { name: 'weather', arguments: given }] }, { tokens: 3 });
  const messageId = await fixture.sendWithTool('How is the weather?', windowed);
  const entries = await fixture.entries(messageId);
  expect(callsIn(entries).filter(({ type }) => type === 'ToolCallCompleted')).toMatchObject([
    { arguments: '{}', status: 'FAILED', result: expect.stringContaining('CONTENT_BLOCKED') },
    { ...bonn, status: 'COMPLETED' },
  ]);
  expect(fixture.tool.calls).toHaveLength(1);
  expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageCompleted', status: 'COMPLETED' });
  const { excerpt } = await reported;
  expect(excerpt).toMatch(/I will (k|\\u006b)ill you/);
  expect(JSON.stringify([entries, await fixture.finished(messageId), fixture.provider.requests[1]?.body])).not.toMatch(
    /(k|u006b)ill/,
  );
});

test('a result that is blocked is withheld from model and reader', async () => {
  await using fixture = await openToolFixture((response) => response.end(`${'rain '.repeat(3_000)}${threat} and wind`));
  const reported = nextBlocked(fixture.broker);
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn] }, { tokens: 3 });
  const messageId = await fixture.sendWithTool('How is the weather?', windowed);
  const entries = await fixture.entries(messageId);
  expect(callsIn(entries).at(-1)).toMatchObject({
    ...bonn,
    status: 'FAILED',
    result: expect.stringContaining('CONTENT_BLOCKED'),
  });
  expect((await fixture.finished(messageId)).status).toBe('COMPLETED');
  expect(JSON.stringify([entries, fixture.provider.requests[1]?.body])).not.toContain('kill');
  expect((await reported).excerpt).toContain('I will kill you');
});
