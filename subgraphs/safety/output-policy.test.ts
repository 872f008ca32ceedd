/** The policy of replies: what administrators change, what other services get of it, and what detectors add. */
import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { ReplyBlocked } from '#contracts/broker-events.ts';
import { forbiddenWord, startDetectorServer } from '#kernel/screening/detector-server.fixture.ts';
import { detectorEnvironment } from '#kernel/screening/detectors.ts';
import { acme, engines, globex, identityOf, openSafetyFixture } from './safety.fixture.ts';

/** Asks again until the result is as wanted. */
const until = <Value>(ask: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> =>
  vi.waitFor(async () => {
    const value = await ask();
    if (!wanted(value)) throw new Error('It is not as wanted yet.');
    return value;
  });

const admin = identityOf(acme, { roles: ['USER', 'ADMIN'] });
const service = identityOf(acme, { service: 'conversations' });
const setPolicy = `mutation ($input: ModerationPolicyInput!) { setModerationPolicy(input: $input) {
  thresholds { category blockAt } input { providers }
  output { mode holdCharacters leastHoldCharacters providers thresholds { category flagAt blockAt } } } }`;
const windowQuery = '{ outputWindow { holdCharacters providers thresholds { category blockAt } } }';
const screenMutation = `mutation ($input: ScreenContentInput!) {
  screenContent(input: $input) { action window { holdCharacters } } }`;
const casesQuery =
  '{ moderationCases { edges { node { messageId excerpt verdict { stage action categories { category } } } } } }';

test('replies are screened after their end until a tenant changes that, for itself only and at once', async () => {
  await using safety = await openSafetyFixture();
  const screened = async (tenantId: string) => {
    const input = { messageId: randomUUID(), conversationId: randomUUID(), content: 'hello' };
    const identity = identityOf(tenantId, { service: 'conversations' });
    return (await safety.execute(identity, screenMutation, { input })).data.screenContent;
  };
  expect(await screened(acme)).toEqual({ action: 'ALLOW', window: null });
  expect((await safety.execute(service, windowQuery)).data).toEqual({ outputWindow: null });

  const input = {
    output: { mode: 'WINDOW', holdCharacters: 100, thresholds: [{ category: 'PROFANITY', flagAt: 0.3, blockAt: 0.6 }] },
  };
  const { data } = await safety.execute(admin, setPolicy, { input });
  expect(data.setModerationPolicy.output).toMatchObject({ mode: 'WINDOW', holdCharacters: 100, providers: [] });
  expect(data.setModerationPolicy.output.thresholds).toContainEqual({
    category: 'PROFANITY',
    flagAt: 0.3,
    blockAt: 0.6,
  });
  expect(data.setModerationPolicy.output.thresholds).toContainEqual({ category: 'THREAT', flagAt: 0.5, blockAt: 0.9 });
  // What people write keeps its thresholds.
  expect(data.setModerationPolicy.thresholds).toContainEqual({ category: 'PROFANITY', blockAt: null });
  const known = await until(
    () => screened(acme),
    ({ window }) => window !== null,
  );
  expect(known.window).toEqual({ holdCharacters: 100 });
  expect((await safety.execute(service, windowQuery)).data.outputWindow.thresholds).toContainEqual({
    category: 'PROFANITY',
    blockAt: 0.6,
  });
  expect(await screened(globex)).toEqual({ action: 'ALLOW', window: null });
  expect((await safety.execute(admin, windowQuery)).errors[0]?.extensions.code).toBe('FORBIDDEN');
});

test('a trial of a reply goes by the thresholds of replies', async () => {
  await using safety = await openSafetyFixture();
  const trial = async (stage: string) =>
    (
      await safety.execute(
        admin,
        'query ($stage: ModerationStage!) { tryModeration(content: "what shit", stage: $stage) { action } }',
        { stage },
      )
    ).data.tryModeration.action;
  const thresholds = [{ category: 'PROFANITY', flagAt: null, blockAt: 0.5 }];
  await safety.execute(admin, setPolicy, { input: { output: { thresholds } } });
  await until(
    () => trial('OUTPUT'),
    (action) => action === 'BLOCK',
  );
  expect(await trial('INPUT')).toBe('FLAG');
});

test.each([
  [{ output: { holdCharacters: 0 } }, 'input.output.holdCharacters'],
  [{ output: { holdCharacters: 1_001 } }, 'input.output.holdCharacters'],
  [{ output: { mode: 'WINDOW', holdCharacters: 30 } }, 'input.output.holdCharacters'],
  [{ output: { thresholds: [{ category: 'HATE', flagAt: 0.9, blockAt: 0.1 }] } }, 'input.output.thresholds'],
  [{ output: { thresholds: [{ category: 'PROMPT_INJECTION', blockAt: 0.9 }] } }, 'input.output.thresholds'],
  [{ output: { providers: ['LLAMA_GUARD'] } }, 'input.output.providers'],
  [{ input: { providers: ['MODERATIONS'] } }, 'input.input.providers'],
])('refuses %j, and changes nothing', async (input, argument) => {
  await using safety = await openSafetyFixture();
  const { errors } = await safety.execute(admin, setPolicy, { input });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  expect((await safety.execute(service, windowQuery)).data).toEqual({ outputWindow: null });
});

test.each(engines)(
  'what a worker held back is a case, before or after the result of the reply, on %s',
  async (engine) => {
    await using safety = await openSafetyFixture(engine);
    const ids = { tenantId: acme, userId: admin.userId, conversationId: randomUUID() };
    const report = (messageId: string, excerpt = 'and then: the held text'): Promise<void> => {
      const body: ReplyBlocked = {
        ...{ ...ids, messageId, version: 'test', excerpt },
        categories: [{ category: 'THREAT', score: 0.95 }],
      };
      return safety.ports.broker.publish('events', 'reply.blocked', `${messageId}:blocked`, body);
    };
    const casesOf = async (messageId: string) => {
      const { data } = await safety.execute(admin, casesQuery);
      return data.moderationCases.edges
        .map(({ node }: { node: { messageId: string } }) => node)
        .filter((one: { messageId: string }) => one.messageId === messageId);
    };
    const [before, after] = [randomUUID(), randomUUID()];
    await report(before);
    await until(
      () => casesOf(before),
      (cases) => cases.length > 0,
    );
    await safety.finish(before, 'and then:', ids.conversationId);
    await safety.finish(after, 'I will kill him, and then:', ids.conversationId);
    await until(
      () => casesOf(after),
      (cases) => cases.length > 0,
    );
    await report(after);
    await report(after);
    const held = await until(
      () => casesOf(after),
      (cases) => cases[0]?.verdict.action === 'BLOCK',
    );
    for (const cases of [await casesOf(before), held]) {
      expect(cases).toMatchObject([
        { verdict: { stage: 'OUTPUT', action: 'BLOCK', categories: [{ category: 'THREAT' }] } },
      ]);
      expect(cases[0].excerpt.split('the held text')).toHaveLength(2);
    }
    expect(
      (await safety.execute(identityOf(globex, { roles: ['ADMIN'] }), casesQuery)).data.moderationCases.edges,
    ).toEqual([]);
  },
);

test('a detector adds to what the rules find, and while it faults a text that could be blocked is refused', async () => {
  await using server = await startDetectorServer();
  const config = z.object(detectorEnvironment).parse(server.environment);
  await using safety = await openSafetyFixture('pglite', config);
  const input = { input: { providers: ['MODERATIONS'] } };
  const { data } = await safety.execute(admin, setPolicy, { input });
  expect(data.setModerationPolicy.input.providers).toEqual(['MODERATIONS']);
  const screen = () => safety.screen(`say ${forbiddenWord}`);
  expect((await until(screen, ({ action }) => action === 'BLOCK')).categories).toEqual([
    { category: 'THREAT', score: 0.97 },
  ]);
  expect(await safety.screen('hello')).toMatchObject({ action: 'ALLOW' });
  server.mood = 'fails';
  await expect(safety.screen('hello')).rejects.toThrow('cannot be checked at the moment');
  const mild = ['HATE', 'THREAT'].map((category) => ({ category, flagAt: 0.5, blockAt: null }));
  await safety.execute(admin, setPolicy, { input: { thresholds: mild } });
  await until(
    () => safety.screen('hello').catch(() => ({ action: 'REFUSED' })),
    ({ action }) => action === 'ALLOW',
  );
  expect(await safety.screen('hello', randomUUID(), globex)).toMatchObject({ action: 'ALLOW' });
});

test('prompts are as people wrote them until a tenant has them masked, for itself only', async () => {
  await using safety = await openSafetyFixture();
  const piiOf = async (tenantId: string) => {
    const input = { messageId: randomUUID(), conversationId: randomUUID(), content: 'hello' };
    const identity = identityOf(tenantId, { service: 'conversations' });
    const screen = 'mutation ($input: ScreenContentInput!) { screenContent(input: $input) { pii } }';
    const { data } = await safety.execute(identity, screen, { input });
    expect((await safety.execute(identity, '{ piiPolicy }')).data.piiPolicy).toBe(data.screenContent.pii);
    return data.screenContent.pii;
  };
  expect(await piiOf(acme)).toBe('OFF');
  const change =
    'mutation ($input: ModerationPolicyInput!) { setModerationPolicy(input: $input) { pii output { mode } } }';
  const { data } = await safety.execute(admin, change, { input: { pii: 'MASK_PROMPTS' } });
  expect(data.setModerationPolicy).toEqual({ pii: 'MASK_PROMPTS', output: { mode: 'AFTER' } });
  await until(
    () => piiOf(acme),
    (pii) => pii === 'MASK_PROMPTS',
  );
  expect(await piiOf(globex)).toBe('OFF');
  // What is not named stays as it is.
  const kept = await safety.execute(admin, change, { input: { output: { mode: 'WINDOW' } } });
  expect(kept.data.setModerationPolicy).toEqual({ pii: 'MASK_PROMPTS', output: { mode: 'WINDOW' } });
  expect((await safety.execute(admin, '{ piiPolicy }')).errors[0]?.extensions.code).toBe('FORBIDDEN');
});
