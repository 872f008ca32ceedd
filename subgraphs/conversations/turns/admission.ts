/**
 * Asks the subgraphs that may refuse a turn, each with a deadline. Models chooses the models and tools of the reply,
 * usually from memory (routes.ts); usage reserves what the reply may need; safety screens the text at the same time. A
 * refusal is thrown with the code of its subgraph. Invariants: each request reserves under an id that is made here, and
 * a refused request releases that reservation and no other; a text that takes long to screen is not screened before its
 * reservation has succeeded.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type ReasoningEffort, reasoningBudgets } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { admissionDuration } from '../metrics.ts';
import type { Screening } from '../screening/screening.ts';
import { chooseTools } from './choose-tools.ts';
import type { PromptSize } from './prompt-size.ts';
import { replyNeeds } from './reply-needs.ts';
import type { Route, Routes } from './routes.ts';

export interface AdmittingSubgraphs {
  readonly screening: Pick<Screening, 'message'>;
  readonly usage: SubgraphClient;
  /** The remembered routes of models. */
  readonly routes: Pick<Routes, 'find'>;
}

const budgetOf = ({ reasoningEffort = 'NONE' }: Pick<AdmissionRequest, 'reasoningEffort'>): number =>
  reasoningBudgets[reasoningEffort];

export interface AdmissionRequest {
  readonly identity: Identity;
  /** A UUID that all copies of one send have in common, so that they share one reservation. */
  readonly sendId: string;
  readonly conversationId: string;
  readonly questionId: string;
  readonly replyId: string;
  /** What the user wrote; undefined when a stored question gets another reply. */
  readonly content: string | undefined;
  readonly modelPolicy: string | undefined;
  /** The whole prompt without its tools, for which tokens are reserved. */
  readonly prompt: PromptSize;
  /** Whether a title may be generated after the reply. */
  readonly mayTitle: boolean;
  /** Whether the reply may have to wait for others of its conversation, and include their text in its prompt. */
  readonly mayWait: boolean;
  /** Estimate of the tokens that the worker cannot cut from the prompt, for which a model must have room. */
  readonly leastInputTokens: number;
  readonly maxOutputTokens: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** Names of the tools that the reply may call; undefined for all of the tenant's. */
  readonly tools: readonly string[] | undefined;
}

/** Milliseconds that each subgraph has to respond. */
const deadlineMs = 3_000;
/**
 * Most characters of a text that is screened concurrently with the reservation, which takes a few milliseconds. A
 * longer text is screened after it.
 */
const maxConcurrentlyScreened = 4_000;

const reserveQuery = `mutation Reserve($input: ReserveTokensInput!) { reserveTokens(input: $input) { messageId } }`;
const reserveSchema = z.object({ reserveTokens: z.object({ messageId: z.string() }) });

const releaseQuery = `mutation Release($reservationId: ID!) { releaseTokens(reservationId: $reservationId) }`;
const releaseSchema = z.object({ releaseTokens: z.boolean() });

/** Records how long a subgraph takes, and the outcome. */
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

/** What usage holds for a request. */
export interface Reservation {
  readonly id: string;
  /** The prompt that it suffices for. */
  readonly prompt: PromptSize;
}

export interface Grant {
  readonly route: Route;
  readonly reservation: Reservation;
}

export interface Admission {
  /** Throws a refusal, the one of safety first. Nothing stays reserved then. */
  admit(request: AdmissionRequest): Promise<Grant>;
  /**
   * Replaces the reservation of a turn whose prompt grew before it was stored. Throws QUOTA_EXCEEDED; the former
   * reservation stays in force then.
   */
  extend(request: AdmissionRequest, grant: Grant): Promise<Grant>;
  /** Releases the reservation of a turn that was not stored. Never rejects, because reservations expire. */
  release(identity: Identity, reservation: Reservation): Promise<void>;
}

export const createAdmission = (subgraphs: AdmittingSubgraphs, logger: Logger): Admission => {
  const screen = async (request: AdmissionRequest): Promise<void> => {
    if (request.content === undefined) return;
    const { questionId: messageId, conversationId, content, identity } = request;
    await subgraphs.screening.message({ identity, messageId, conversationId, content });
  };

  const release = async (identity: Identity, { id: reservationId }: Reservation): Promise<void> => {
    const variables = { reservationId };
    try {
      await subgraphs.usage.call({ identity, query: releaseQuery, variables, data: releaseSchema, deadlineMs });
    } catch (err) {
      logger.warn({ err, reservationId }, 'reservation not released: it will expire');
    }
  };

  const reserve = async (request: AdmissionRequest, route: Route): Promise<Reservation> => {
    const { replyId: messageId, sendId, conversationId, identity, prompt } = request;
    const reservation = { id: uuidv7(), prompt };
    const ids = { reservationId: reservation.id, sendId, messageId, conversationId };
    const input = { ...ids, ...replyNeeds(route, prompt, request) };
    try {
      await subgraphs.usage.call({
        identity,
        query: reserveQuery,
        variables: { input },
        data: reserveSchema,
        deadlineMs,
      });
      return reservation;
    } catch (fault) {
      // The reservation may exist, and only the response was lost.
      if (!(fault instanceof AppError) || fault.code !== 'QUOTA_EXCEEDED') void release(identity, reservation);
      throw fault;
    }
  };

  const route = async (request: AdmissionRequest): Promise<Route> => {
    const { identity, modelPolicy, leastInputTokens: inputTokens, tools: names } = request;
    // The window has to hold the thoughts too.
    const maxOutputTokens = request.maxOutputTokens && request.maxOutputTokens + budgetOf(request);
    // Naming a tool requires a model that can call it.
    const requiresTools = names !== undefined && names.length > 0;
    const found = await subgraphs.routes.find({ identity, modelPolicy, maxOutputTokens, inputTokens, requiresTools });
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
      const isLong = (request.content?.length ?? 0) > maxConcurrentlyScreened;
      const screening = isLong
        ? reserving.then(() => measured('safety', () => screen(request)))
        : measured('safety', () => screen(request));
      const [screened, reserved, routed] = await Promise.allSettled([screening, reserving, routing]);
      if (screened.status === 'fulfilled' && reserved.status === 'fulfilled' && routed.status === 'fulfilled') {
        return { route: routed.value, reservation: reserved.value };
      }
      if (reserved.status === 'fulfilled') await release(request.identity, reserved.value);
      // The screening comes first: a blocked message is refused as such, whatever else is wrong.
      for (const result of [screened, reserved, routed]) {
        if (result.status === 'rejected') throw result.reason;
      }
      throw new Error('unreachable: one of three was rejected');
    },
  };
};
