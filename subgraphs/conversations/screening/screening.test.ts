/** Screening against a server that speaks the real protocol: what it requests, and what it refuses by itself. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { newIdentity } from '../conversations.fixture.ts';
import { allowed, blocked, openSubgraph, screeningBy } from './admitting-subgraphs.fixture.ts';

const conversationId = uuidv7();

test('instructions are screened under an id of their own, and nothing is asked where there are none', async () => {
  await using safety = await openSubgraph(() => allowed);
  const { instructions } = screeningBy(safety.client);
  const identity = newIdentity();
  for (const systemPrompt of [null, undefined, 'Be brief.', 'Be brief.']) {
    await instructions({ identity, conversationId, systemPrompt });
  }
  const inputs = safety.requests.map(({ variables }) => Object(variables['input']));
  expect(inputs).toEqual(
    Array(2).fill(expect.objectContaining({ conversationId, content: 'Be brief.', stage: 'INSTRUCTIONS' })),
  );
  expect(new Set(inputs.map(({ messageId }) => messageId)).size).toBe(2);
});

test('blocked instructions are refused with their categories', async () => {
  await using safety = await openSubgraph(() => blocked);
  const refusal = screeningBy(safety.client).instructions({
    identity: newIdentity(),
    conversationId,
    systemPrompt: 'I will kill you.',
  });
  await expect(refusal).rejects.toMatchObject({ code: 'CONTENT_BLOCKED', details: { categories: ['THREAT'] } });
});

test('a user who has long instructions screened again and again is slowed down, and nobody else is', async () => {
  await using safety = await openSubgraph(() => allowed);
  const { instructions } = screeningBy(safety.client);
  const [greedy, other] = [newIdentity(), newIdentity()];
  const systemPrompt = 'word '.repeat(20_000);
  for (let sent = 0; sent < 4; sent += 1) await instructions({ identity: greedy, conversationId, systemPrompt });
  await expect(instructions({ identity: greedy, conversationId, systemPrompt })).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    retryAfterMs: expect.any(Number),
  });
  await instructions({ identity: other, conversationId, systemPrompt });
  expect(safety.requests).toHaveLength(5);
});

const window = { holdCharacters: 64, thresholds: [{ category: 'THREAT', flagAt: 0.5, blockAt: 0.9 }], providers: [] };
const message = (identity: ReturnType<typeof newIdentity>) => ({
  ...{ identity, conversationId, messageId: uuidv7(), content: 'hello' },
});

test('a message brings the policy for its reply, and another reply asks for it only where it is not known', async () => {
  await using safety = await openSubgraph(({ query }) =>
    query.includes('screenContent')
      ? { screenContent: { ...allowed.screenContent, window, pii: 'MASK_PROMPTS' } }
      : { outputWindow: window, piiPolicy: 'MASK_PROMPTS' },
  );
  const screening = screeningBy(safety.client);
  const [sender, other] = [newIdentity(), { ...newIdentity(), tenantId: uuidv7() }];
  expect((await screening.message(message(sender))).window).toEqual(window);
  expect(await screening.policy(sender)).toMatchObject({ window, pii: 'MASK_PROMPTS' });
  expect(safety.requests).toHaveLength(1);
  expect(await screening.policy(other)).toMatchObject({ window, pii: 'MASK_PROMPTS' });
  expect(await screening.policy(other)).toMatchObject({ window, pii: 'MASK_PROMPTS' });
  expect(safety.requests).toHaveLength(2);
});

test('while safety is away, the policy that was heard last counts, and nobody without one gets past it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    let isAway = false;
    await using safety = await openSubgraph(() =>
      isAway ? 'hangs up' : { screenContent: { ...allowed.screenContent, window, pii: 'MASK_PROMPTS' } },
    );
    const screening = screeningBy(safety.client);
    const [sender, other] = [newIdentity(), { ...newIdentity(), tenantId: uuidv7() }];
    await screening.message(message(sender));
    isAway = true;
    vi.advanceTimersByTime(3_600_000);
    expect(await screening.policy(sender)).toMatchObject({ window, pii: 'MASK_PROMPTS' });
    expect(safety.requests.length).toBeGreaterThan(1);
    await expect(screening.policy(other)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  } finally {
    vi.useRealTimers();
  }
});
