/**
 * Asks, each with a deadline, the services that may refuse a turn: models chooses who replies and with which tools,
 * which is mostly remembered (routes.ts); usage reserves what that may need; safety screens the words beside both. A
 * refusal is thrown with that service's own code. Invariants: what a request reserved is held under an id of its own,
 * made here, and given back when it is refused, and nothing else is; a text that takes long to screen is not screened
 * for somebody whose quota does not suffice.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { SubgraphClient } from '#kernel/connections/subgraph-client.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { admissionDuration } from '../metrics.ts';
import { chooseTools } from './choose-tools.ts';
import type { PromptSize } from './prompt-size.ts';
import { replyNeeds } from './reply-needs.ts';
import type { Route, Routes } from './routes.ts';

/** The subgraphs that are asked, and what models said. */
export interface AdmittingSubgraphs {
  readonly safety: SubgraphClient;
  readonly usage: SubgraphClient;
  readonly routes: Pick<Routes, 'of'>;
}

export interface AdmissionRequest {
  readonly identity: Identity;
  /** UUID that all copies of one send have: they share what they hold. */
  readonly sendId: string;
  readonly conversationId: string;
  readonly userMessageId: string;
  readonly assistantMessageId: string;
  /** What the user wrote; absent when nothing new was written (regenerate). */
  readonly content: string | undefined;
  readonly modelPolicy: string | undefined;
  /** The whole prompt, but for its tools: what is reserved. */
  readonly prompt: PromptSize;
  /** Whether the reply may lead to a title. */
  readonly mayTitle: boolean;
  /** Whether it may have to wait for others in its conversation, and be asked for with what they said. */
  readonly mayWait: boolean;
  /** Estimate of what the worker cannot cut from it: what a model must have room for. */
  readonly leastInputTokens: number;
  readonly maxOutputTokens: number | undefined;
  /** Names of the tools that it may use; undefined: all that the tenant has. */
  readonly tools: readonly string[] | undefined;
}

/** Milliseconds that each subgraph has. */
const deadlineMs = 3_000;
/** Characters up to which a text is screened beside the reservation: a few milliseconds. A longer one waits for it. */
const screenedBesideCharacters = 4_000;

const screenQuery = `mutation Screen($input: ScreenContentInput!) {
  screenContent(input: $input) { action categories { category score } }
}`;
const screened = z.object({
  screenContent: z.object({
    action: z.enum(['ALLOW', 'FLAG', 'BLOCK']),
    categories: z.array(z.object({ category: z.string(), score: z.number() })),
  }),
});

const reserveQuery = `mutation Reserve($input: ReserveTokensInput!) { reserveTokens(input: $input) { messageId } }`;
const reserved = z.object({ reserveTokens: z.object({ messageId: z.string() }) });

const releaseQuery = `mutation Release($reservationId: ID!) { releaseTokens(reservationId: $reservationId) }`;
const released = z.object({ releaseTokens: z.boolean() });

/** The answer of one subgraph, with what it took. */
const measured = async <Value>(service: string, ask: () => Promise<Value>): Promise<Value> => {
  const observe = admissionDuration.start();
  try {
    const value = await inSpan(`admission by ${service}`, { kind: 'client' }, ask);
    observe({ service, outcome: 'OK' });
    return value;
  } catch (fault) {
    observe({ service, outcome: fault instanceof AppError ? fault.code : 'INTERNAL_SERVER_ERROR' });
    throw fault;
  }
};

/** What a request holds in usage. */
export interface Reservation {
  readonly id: string;
  /** What it is enough for. */
  readonly prompt: PromptSize;
}

export interface Admitted {
  /** Who may reply, and with what. */
  readonly route: Route;
  readonly reservation: Reservation;
}

export interface Admission {
  /** Throws the first refusal; nothing stays reserved then. */
  admit(request: AdmissionRequest): Promise<Admitted>;
  /**
   * Reserves for a prompt that became longer before it was stored, in place of the reservation before. Throws
   * QUOTA_EXCEEDED; the one before is held then.
   */
  extend(request: AdmissionRequest, admitted: Admitted): Promise<Admitted>;
  /** Gives back what was reserved for a turn that was not stored. Never rejects: reservations expire. */
  release(identity: Identity, reservation: Reservation): Promise<void>;
}

export const createAdmission = (subgraphs: AdmittingSubgraphs, logger: Logger): Admission => {
  const screen = async (request: AdmissionRequest): Promise<void> => {
    if (request.content === undefined) return;
    const { userMessageId: messageId, conversationId, content, identity } = request;
    const variables = { input: { messageId, conversationId, content } };
    const { screenContent } = await subgraphs.safety.call({
      identity,
      query: screenQuery,
      variables,
      data: screened,
      deadlineMs,
    });
    if (screenContent.action !== 'BLOCK') return;
    throw new AppError(
      'CONTENT_BLOCKED',
      'This message breaks the rules of your organization. Change it and send it again.',
      {
        details: { categories: screenContent.categories.map(({ category }) => category) },
      },
    );
  };

  const release = async (identity: Identity, { id: reservationId }: Reservation): Promise<void> => {
    const variables = { reservationId };
    try {
      await subgraphs.usage.call({ identity, query: releaseQuery, variables, data: released, deadlineMs });
    } catch (err) {
      logger.warn({ err, reservationId }, 'reservation not released; it expires');
    }
  };

  const reserve = async (request: AdmissionRequest, route: Route): Promise<Reservation> => {
    const { assistantMessageId: messageId, sendId, conversationId, identity, prompt } = request;
    const reservation = { id: uuidv7(), prompt };
    const ids = { reservationId: reservation.id, sendId, messageId, conversationId };
    const input = { ...ids, ...replyNeeds(route, prompt, request) };
    try {
      await subgraphs.usage.call({ identity, query: reserveQuery, variables: { input }, data: reserved, deadlineMs });
      return reservation;
    } catch (fault) {
      // It may have been made, and only the response was lost.
      if (!(fault instanceof AppError) || fault.code !== 'QUOTA_EXCEEDED') void release(identity, reservation);
      throw fault;
    }
  };

  const route = async (request: AdmissionRequest): Promise<Route> => {
    const { identity, modelPolicy, maxOutputTokens, leastInputTokens: inputTokens, tools: names } = request;
    // Who names a tool wants a model that can call it.
    const requiresTools = names !== undefined && names.length > 0;
    const found = await subgraphs.routes.of({ identity, modelPolicy, maxOutputTokens, inputTokens, requiresTools });
    return { candidates: found.candidates, tools: chooseTools(found.tools, names) };
  };

  return {
    release,
    async extend(request, { route: chosen, reservation }) {
      const extended = await measured('usage', () => reserve(request, chosen));
      await release(request.identity, reservation);
      return { route: chosen, reservation: extended };
    },
    async admit(request) {
      const routing = measured('models', () => route(request));
      const reserving = routing.then((chosen) => measured('usage', () => reserve(request, chosen)));
      const isLong = (request.content?.length ?? 0) > screenedBesideCharacters;
      const screening = isLong
        ? reserving.then(() => measured('safety', () => screen(request)))
        : measured('safety', () => screen(request));
      const [words, reservation, routed] = await Promise.allSettled([screening, reserving, routing]);
      if (words.status === 'fulfilled' && reservation.status === 'fulfilled' && routed.status === 'fulfilled') {
        return { route: routed.value, reservation: reservation.value };
      }
      if (reservation.status === 'fulfilled') await release(request.identity, reservation.value);
      // The words come first: a blocked message is refused for them, whatever else was wrong.
      for (const result of [words, reservation, routed]) {
        if (result.status === 'rejected') throw result.reason;
      }
      throw new Error('unreachable: one of three was rejected');
    },
  };
};
