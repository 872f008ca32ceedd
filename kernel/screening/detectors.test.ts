/** The detectors against a real server that speaks their wire formats, and against what may go wrong with it. */
import { expect, test } from 'vitest';
import { forbiddenWord, type ServerMood, startDetectorServer } from './detector-server.fixture.ts';
import { noDetectors } from './detectors.ts';

test.each([
  ['MODERATIONS', 'sk-moderations', [{ category: 'THREAT', score: 0.97 }]],
  [
    'LLAMA_GUARD',
    'sk-guard',
    [
      { category: 'THREAT', score: 0.95 },
      { category: 'HATE', score: 0.95 },
    ],
  ],
])('%s is asked with its key, and what it finds is in our categories', async (name, key, found) => {
  await using server = await startDetectorServer();
  expect(await server.detectors.screen(`some ${forbiddenWord}`, [name])).toEqual(expect.arrayContaining(found));
  const harmless = await server.detectors.screen('some words', [name]);
  expect(harmless.filter(({ score }) => score > 0.1)).toEqual([]);
  expect(server.texts).toEqual([`some ${forbiddenWord}`, 'some words']);
  expect(server.authorizations).toEqual([`Bearer ${key}`, `Bearer ${key}`]);
});

test('a long text is screened in pieces, and nothing hides at their borders', async () => {
  await using server = await startDetectorServer();
  for (const at of [0, 7_998, 8_000, 15_797, 99_990]) {
    const text = `${'a'.repeat(at)}${forbiddenWord}${'b'.repeat(100_000 - at)}`;
    expect(await server.detectors.screen(text, ['MODERATIONS'])).toContainEqual({ category: 'THREAT', score: 0.97 });
  }
  expect(Math.max(...server.texts.map(({ length }) => length))).toBeLessThanOrEqual(8_000);
});

test.each<[ServerMood, string, string]>([
  ['hangs', 'MODERATIONS', 'TIMEOUT'],
  ['hangs', 'LLAMA_GUARD', 'TIMEOUT'],
  ['fails', 'MODERATIONS', 'STATUS'],
  ['fails', 'LLAMA_GUARD', 'STATUS'],
  ['floods', 'MODERATIONS', 'TOO_LONG'],
  ['floods', 'LLAMA_GUARD', 'TOO_LONG'],
  ['redirects', 'MODERATIONS', 'UNREACHABLE'],
  ['writes prose', 'LLAMA_GUARD', 'UNREADABLE'],
  ['lies', 'LLAMA_GUARD', 'UNREADABLE'],
])('a server that %s is a fault of %s, %s, and no pass', async (mood, name, code) => {
  await using server = await startDetectorServer({ DETECTOR_TIMEOUT_MS: mood === 'hangs' ? 200 : 20_000 });
  server.mood = mood;
  const fault: unknown = await server.detectors.screen('a secret text', [name]).catch((cause: unknown) => cause);
  expect(fault).toMatchObject({ name: 'DetectorFault', code });
  expect(String(fault)).not.toMatch(/secret|sk-/);
});

test('whatever else a moderations endpoint says is a fault', async () => {
  await using server = await startDetectorServer();
  server.mood = 'lies';
  for (let lie = 0; lie < 6; lie += 1) {
    await expect(server.detectors.screen('text', ['MODERATIONS'])).rejects.toMatchObject({ code: 'UNREADABLE' });
  }
});

test('more texts than can wait are refused at once, and the others are screened or time out', async () => {
  await using server = await startDetectorServer({ DETECTOR_TIMEOUT_MS: 500 });
  server.mood = 'hangs';
  const all = await Promise.allSettled(
    Array.from({ length: 100 }, () => server.detectors.screen('text', ['MODERATIONS'])),
  );
  const codes = all.map((one) => (one.status === 'rejected' ? Object(one.reason).code : 'OK'));
  expect(codes.filter((code) => code === 'BUSY')).toHaveLength(20);
  expect(codes.filter((code) => code === 'TIMEOUT')).toHaveLength(80);
  server.mood = 'well';
  expect(await server.detectors.screen('text', ['MODERATIONS'])).toBeDefined();
});

test('a detector that is not set up is a fault', async () => {
  expect(noDetectors.names).toEqual([]);
  await expect(noDetectors.screen('text', ['MODERATIONS'])).rejects.toMatchObject({ code: 'NOT_SET_UP' });
});
