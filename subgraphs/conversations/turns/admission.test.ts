/**
 * Admission against services that speak the real protocol: what is asked of whom, in which order, and what is given
 * back.
 */
import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { candidate, logger, newIdentity } from '../conversations.fixture.ts';
import { type AdmissionRequest, createAdmission } from './admission.ts';
import { allowed, type Body, blocked, held, openService, refused, remembered } from './admitting-subgraphs.fixture.ts';
import { sizeOfPrompt } from './prompt-size.ts';

const requestOf = (content: string): AdmissionRequest => ({
  identity: newIdentity(),
  sendId: uuidv7(),
  conversationId: uuidv7(),
  userMessageId: uuidv7(),
  assistantMessageId: uuidv7(),
  content,
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

test('where the route is known, a short text is screened while its tokens are reserved', async () => {
  const [usageAsked, safetyAsked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using usage = await openService(async () => {
    usageAsked.resolve();
    await safetyAsked.promise;
    return held;
  });
  await using safety = await openService(async () => {
    safetyAsked.resolve();
    await usageAsked.promise;
    return allowed;
  });
  const admission = createAdmission({ usage: usage.client, safety: safety.client, routes: remembered }, logger);
  const { route, reservation } = await admission.admit(requestOf('hello'));
  expect(route.candidates).toEqual([candidate]);
  expect(usage.asked.map(reservationIn)).toEqual([reservation.id]);
});

test('a long text of somebody whose quota does not suffice is never screened', async () => {
  await using usage = await openService(() => refused);
  await using safety = await openService(() => allowed);
  const admission = createAdmission({ usage: usage.client, safety: safety.client, routes: remembered }, logger);
  await expect(admission.admit(requestOf('word '.repeat(10_000)))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect(safety.asked).toEqual([]);
  expect(usage.asked).toHaveLength(1);
});

test('what a request reserved is given back when it is blocked, by the id that it was reserved under', async () => {
  await using usage = await openService(() => held);
  await using safety = await openService(() => blocked);
  const admission = createAdmission({ usage: usage.client, safety: safety.client, routes: remembered }, logger);
  for (const text of ['hello', 'word '.repeat(10_000)]) {
    await expect(admission.admit(requestOf(text))).rejects.toMatchObject({ code: 'CONTENT_BLOCKED' });
  }
  const [reserved, release, next, last] = usage.asked;
  if (!reserved || !release || !next || !last) throw new Error('usage was asked too seldom');
  expect(release.variables).toEqual({ reservationId: reservationIn(reserved) });
  expect(last.variables).toEqual({ reservationId: reservationIn(next) });
  expect(reservationIn(next)).not.toBe(reservationIn(reserved));
});

test('a reservation whose response was lost is given back', async () => {
  await using usage = await openService(() => 'hangs up');
  await using safety = await openService(() => allowed);
  const admission = createAdmission({ usage: usage.client, safety: safety.client, routes: remembered }, logger);
  await expect(admission.admit(requestOf('hello'))).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  await vi.waitFor(() => expect(usage.asked).toHaveLength(2));
  const [reserved, release] = usage.asked;
  expect(release?.variables).toEqual({ reservationId: reserved && reservationIn(reserved) });
});

test('a prompt that grew is reserved anew before the reservation before is given back', async () => {
  await using usage = await openService(() => held);
  await using safety = await openService(() => allowed);
  const admission = createAdmission({ usage: usage.client, safety: safety.client, routes: remembered }, logger);
  const request = requestOf('hello');
  const first = await admission.admit(request);
  const grown = sizeOfPrompt('word '.repeat(1_000), []);
  const second = await admission.extend({ ...request, prompt: grown }, first);
  expect(second.reservation).toMatchObject({ prompt: grown });
  const [, asked, release] = usage.asked;
  expect(asked && reservationIn(asked)).toBe(second.reservation.id);
  expect(release?.variables).toEqual({ reservationId: first.reservation.id });
});
