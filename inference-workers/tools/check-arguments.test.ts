import { expect, test } from 'vitest';
import type { Tool } from '#contracts/generation-job.ts';
import { bonn, callsIn, openToolFixture, toolAt } from '../tool.fixture.ts';
import { checkArguments } from './check-arguments.ts';

const faultOf = (parameters: Tool['parameters'], value: Readonly<Record<string, unknown>>): string => {
  try {
    checkArguments({ parameters }, value);
    return '';
  } catch (fault) {
    return fault instanceof Error ? fault.message : '';
  }
};

test.each<[string, Tool['parameters'], Record<string, unknown>, string]>([
  ['that fit', { properties: { city: { type: 'string' } } }, { city: 'Bonn' }, ''],
  ['of another type', { properties: { city: { type: 'string' } } }, { city: 1 }, '#/city: Instance type "number"'],
  ['that lack one', { required: ['city'] }, {}, '#: Instance does not have required property "city".'],
  ['of a schema that refers to itself', { properties: { next: { $ref: '#' } } }, { next: 1 }, ''],
  [
    'of a pattern that would take long',
    { properties: { a: { pattern: '^(a+)+$' } } },
    { a: `${'a'.repeat(60)}b` },
    'pattern',
  ],
])('arguments %s', (_, parameters, value, words) => {
  expect(faultOf(parameters, value)).toContain(words);
  expect(faultOf(parameters, value) === '').toBe(words === '');
});

test('a tool is not called with arguments that do not fit, and the model reads what is wrong and calls again', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  const wrong = { name: 'weather', arguments: '{"town":"Bonn"}' };
  fixture.provider.queue({ calls: [wrong] }, { calls: [bonn], steps: 2 }, { tokens: 1 });
  const id = await fixture.sendWithTool('hello', { tools: [toolAt(fixture.tool.url)] });
  expect(await fixture.finished(id)).toMatchObject({ status: 'COMPLETED' });
  expect(callsIn(await fixture.entries(id)).filter(({ type }) => type === 'ToolCallCompleted')).toMatchObject([
    { status: 'FAILED', result: expect.stringContaining('required property "city"') },
    { status: 'COMPLETED', result: 'rain-in-Bonn' },
  ]);
  expect(fixture.tool.calls).toHaveLength(1);
  expect(JSON.stringify(fixture.provider.requests[1]?.body.messages)).toContain('required property');
});
