/** Admission against servers that speak the real protocol: what it requests, in which order, and what it releases. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { candidate, logger, newIdentity } from '../conversations.fixture.ts';
import {
  allowed,
  type Body,
  blocked,
  held,
  openSubgraph,
  refused,
  remembered,
  screeningBy,
} from '../screening/admitting-subgraphs.fixture.ts';
import { type AdmissionRequest, createAdmission } from './admission.ts';
import { sizeOfPrompt } from './prompt-size.ts';

const requestOf = (content: string): AdmissionRequest => ({
  identity: newIdentity(),
  sendId: uuidv7(),
  conversationId: uuidv7(),
  questionId: uuidv7(),
  replyId: uuidv7(),
  question: content,
  isStored: false,
  judged: { complexity: 'SIMPLE', basis: 'QUESTION', language: 'en', reason: 'It counts as SIMPLE.' },
  modelPolicy: undefined,
  prompt: sizeOfPrompt(undefined, [{ role: 'USER', content, status: 'COMPLETED' }]),
  mayTitle: false,
  mayWait: false,
  leastInputTokens: 1,
  maxOutputTokens: undefined,
  tools: undefined,
});
const reservationIn = ({ variables }: Body): unknown =>
  z.object({ input: z.object({ reservationId: z.uuid() }) }).parse(variables).input.reservationId;

test('a short text is screened while its tokens are reserved, when the route is known', async () => {
  const [usageRequested, safetyRequested] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using usage = await openSubgraph(async () => {
    usageRequested.resolve();
    await safetyRequested.promise;
    return held;
  });
  await using safety = await openSubgraph(async () => {
    safetyRequested.resolve();
    await usageRequested.promise;
    return allowed;
  });
  const admission = createAdmission(
    { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
    logger,
  );
  const { route, reservation } = await admission.admit(requestOf('hello'));
  expect(route.candidates).toEqual([candidate]);
  expect(usage.requests.map(reservationIn)).toEqual([reservation.id]);
});

test('what models may read of data about people is granted with the reply, to a stored question too', async () => {
  await using usage = await openSubgraph(() => held);
  const screenContent = { ...allowed.screenContent, pii: 'MASK_PROMPTS' };
  await using safety = await openSubgraph(({ query }) =>
    query.includes('screenContent') ? { screenContent } : { outputWindow: null, piiPolicy: 'MASK_PROMPTS' },
  );
  const screening = screeningBy(safety.client);
  const admission = createAdmission({ usage: usage.client, screening, routes: remembered }, logger);
  const stored = { ...requestOf('hello'), isStored: true };
  const grant = await admission.admit(stored);
  expect(grant.pii).toBe('MASK_PROMPTS');
  expect((await admission.extend(stored, grant)).pii).toBe('MASK_PROMPTS');
  expect((await admission.admit(requestOf('hello'))).pii).toBe('MASK_PROMPTS');
  screenContent.pii = 'OFF';
  expect((await admission.admit(requestOf('hello'))).pii).toBeUndefined();
});

test('a long text is never screened when the quota does not suffice', async () => {
  await using usage = await openSubgraph(() => refused);
  await using safety = await openSubgraph(() => allowed);
  const admission = createAdmission(
    { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
    logger,
  );
  await expect(admission.admit(requestOf('word '.repeat(10_000)))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect(safety.requests).toEqual([]);
  expect(usage.requests).toHaveLength(1);
});

test('a blocked request releases its reservation, by the id that it was made under', async () => {
  await using usage = await openSubgraph(() => held);
  await using safety = await openSubgraph(() => blocked);
  const admission = createAdmission(
    { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
    logger,
  );
  for (const text of ['hello', 'word '.repeat(10_000)]) {
    await expect(admission.admit(requestOf(text))).rejects.toMatchObject({ code: 'CONTENT_BLOCKED' });
  }
  const [reserved, release, next, last] = usage.requests;
  if (!reserved || !release || !next || !last) throw new Error('usage received too few requests');
  expect(release.variables).toEqual({ reservationId: reservationIn(reserved) });
  expect(last.variables).toEqual({ reservationId: reservationIn(next) });
  expect(reservationIn(next)).not.toBe(reservationIn(reserved));
});

test('a reservation whose response was lost is released', async () => {
  await using usage = await openSubgraph(() => 'hangs up');
  await using safety = await openSubgraph(() => allowed);
  const admission = createAdmission(
    { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
    logger,
  );
  await expect(admission.admit(requestOf('hello'))).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  await vi.waitFor(() => expect(usage.requests).toHaveLength(2));
  const [reserved, release] = usage.requests;
  expect(release?.variables).toEqual({ reservationId: reserved && reservationIn(reserved) });
});

test('a prompt that grew is reserved again before its former reservation is released', async () => {
  await using usage = await openSubgraph(() => held);
  await using safety = await openSubgraph(() => allowed);
  const admission = createAdmission(
    { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
    logger,
  );
  const request = requestOf('hello');
  const first = await admission.admit(request);
  const grown = sizeOfPrompt('word '.repeat(1_000), []);
  const second = await admission.extend({ ...request, prompt: grown }, first);
  expect(second.reservation).toMatchObject({ prompt: grown });
  const [, asked, release] = usage.requests;
  expect(asked && reservationIn(asked)).toBe(second.reservation.id);
  expect(release?.variables).toEqual({ reservationId: first.reservation.id });
});

const flagged = { screenContent: { action: 'FLAG', categories: [{ category: 'THREAT', score: 0.6 }] } };

/** Routes that depend on threats, and what was asked of them. */
const routesWithRule = () => {
  const asked: (readonly string[])[] = [];
  return {
    asked,
    find: async ({ moderation }: { readonly moderation: readonly string[] }) => {
      asked.push(moderation);
      const route = await remembered.find();
      const dependsOn = { ...route.dependsOn, moderation: ['THREAT' as const] };
      const modelId = moderation.length > 0 ? 'test/careful' : 'test/model';
      return { ...route, dependsOn, candidates: [{ ...candidate, modelId }] };
    },
  };
};

test('a flagged question is routed again, and reserved anew, only where its policy has a rule for that', async () => {
  await using usage = await openSubgraph(() => held);
  await using safety = await openSubgraph(() => flagged);
  const screening = screeningBy(safety.client);
  const plain = createAdmission({ usage: usage.client, screening, routes: remembered }, logger);
  await plain.admit(requestOf('hello'));
  expect(usage.requests).toHaveLength(1);

  const routes = routesWithRule();
  const ruled = createAdmission({ usage: usage.client, screening, routes }, logger);
  const { route, reservation } = await ruled.admit(requestOf('hello'));
  expect(route.candidates[0]?.modelId).toBe('test/careful');
  expect(routes.asked).toEqual([[], ['THREAT']]);
  const [, first, second, release] = usage.requests;
  expect(second && reservationIn(second)).toBe(reservation.id);
  expect(release?.variables).toEqual({ reservationId: first && reservationIn(first) });
});

test('a question that nothing flags is routed once, also under a policy with a rule for flagged ones', async () => {
  await using usage = await openSubgraph(() => held);
  await using safety = await openSubgraph(() => allowed);
  const routes = routesWithRule();
  const admission = createAdmission({ usage: usage.client, screening: screeningBy(safety.client), routes }, logger);
  await admission.admit(requestOf('hello'));
  expect(routes.asked).toEqual([[]]);
  expect(usage.requests).toHaveLength(1);
});

test('a stored question is screened again only under a policy with a rule for flagged ones', async () => {
  await using usage = await openSubgraph(() => held);
  await using safety = await openSubgraph(() => flagged);
  const screening = screeningBy(safety.client);
  const request = { ...requestOf('hello'), isStored: true };
  await createAdmission({ usage: usage.client, screening, routes: remembered }, logger).admit(request);
  // Only how the reply is screened is asked, once for many replies.
  const screened = () => safety.requests.filter(({ query }) => query.includes('screenContent'));
  expect(screened()).toHaveLength(0);
  const ruled = createAdmission({ usage: usage.client, screening, routes: routesWithRule() }, logger);
  expect((await ruled.admit(request)).route.candidates[0]?.modelId).toBe('test/careful');
  expect(screened()).toHaveLength(1);
  expect(safety.requests).toHaveLength(2);
});

test('when the route of a flagged question is refused, nothing stays reserved', async () => {
  await using usage = await openSubgraph(({ query }) =>
    query.includes('Reserve') && usage.requests.length > 1 ? refused : held,
  );
  await using safety = await openSubgraph(() => flagged);
  const screening = screeningBy(safety.client);
  const admission = createAdmission({ usage: usage.client, screening, routes: routesWithRule() }, logger);
  await expect(admission.admit(requestOf('hello'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  const [first, , release] = usage.requests;
  expect(release?.variables).toEqual({ reservationId: first && reservationIn(first) });
});
