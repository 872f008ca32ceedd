/** Screening against a server that speaks the real protocol: what it requests, and what it refuses by itself. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
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
