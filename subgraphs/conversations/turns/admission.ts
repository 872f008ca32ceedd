/**
 * Asks the subgraphs that may refuse a turn, each with a deadline. Models chooses the models and tools of the reply,
 * usually from memory (routes.ts); usage reserves what the reply may need; safety screens the text at the same time. A
 * refusal is thrown with the code of its subgraph. Invariants: each request reserves under an id that is made here, and
 * a refused request releases that reservation and no other; a text that takes long to screen is not screened before its
 * reservation has succeeded. Where the routing policy has rules for what screening flags, a flagged question is routed
 * once more, and reserved anew, before anything is stored: only such questions pay for such rules.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type ReasoningEffort, reasoningBudgets } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import type { OutputModeration } from '#contracts/moderation/output-moderation.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { admissionDuration } from '../metrics.ts';
import type { ReplyPolicy, Screening, ScreeningResult } from '../screening/screening.ts';
import { chooseTools } from './choose-tools.ts';
import type { JudgedTurn } from './judge-turn.ts';
import { outputTokensWithin } from './output-tokens.ts';
import type { PromptSize } from './prompt-size.ts';
import { replyNeeds } from './reply-needs.ts';
import type { Route, Routes } from './routes.ts';

export interface AdmittingSubgraphs {
  readonly screening: Pick<Screening, 'message' | 'policy'>;
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
  readonly question: string;
  /** Whether the question is stored already, and gets another reply: it was screened when it was sent. */
  readonly isStored: boolean;
  readonly judged: JudgedTurn;
  readonly modelPolicy: string | undefined;
  /** US dollars, exact, that the conversation may cost altogether; undefined where it has no budget. */
  readonly conversationBudgetUsd?: string | undefined;
  /** The whole prompt without its tools, for which tokens are reserved. */
  readonly prompt: PromptSize;
  /** With the passages of documents, which are searched meanwhile. Default: `prompt`. Never rejects. */
  readonly wholePrompt?: Promise<PromptSize> | undefined;
  /** Whether a title may be generated after the reply. */
  readonly mayTitle: boolean;
  /** Whether the reply may have to wait for others of its conversation, and include their text in its prompt. */
  readonly mayWait: boolean;
  /** Estimate of the tokens that the worker cannot cut from the prompt, for which a model must have room. */
  readonly leastInputTokens: number;
  readonly maxOutputTokens: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** Whether the reply has to have a format, for which a model may be asked twice. Default: false. */
  readonly isStructured?: boolean | undefined;
  /** Whether the question carries pictures, which the model has to see. Default: false. */
  readonly hasPictures?: boolean | undefined;
  /** Whether the model may search documents itself. Default: false. */
  readonly searchesDocuments?: boolean | undefined;
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
  /** How the reply is screened before it is shown; undefined: after its end. */
  readonly outputModeration: OutputModeration | undefined;
  /** What models may read of data about people; undefined: everything. */
  readonly pii: ReplyPolicy['pii'];
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
  const screen = (request: AdmissionRequest): Promise<ScreeningResult> => {
    const { questionId: messageId, conversationId, question: content, identity } = request;
    return subgraphs.screening.message({ identity, messageId, conversationId, content });
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
    const { replyId: messageId, sendId, conversationId, conversationBudgetUsd, identity } = request;
    const prompt = (await request.wholePrompt) ?? request.prompt;
    const reservation = { id: uuidv7(), prompt };
    const ids = { reservationId: reservation.id, sendId, messageId, conversationId };
    const budget = conversationBudgetUsd === undefined ? {} : { conversationBudgetUsd };
    const maxOutputTokens = outputTokensWithin(route.outputTokens, request.maxOutputTokens);
    const input = { ...ids, ...replyNeeds(route, prompt, { ...request, maxOutputTokens }), ...budget };
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

  const route = async (request: AdmissionRequest, moderation: readonly ModerationCategory[] = []): Promise<Route> => {
    const { identity, modelPolicy, leastInputTokens: inputTokens, tools: names } = request;
    // The window has to hold the thoughts too.
    const maxOutputTokens = request.maxOutputTokens && request.maxOutputTokens + budgetOf(request);
    const { complexity, language } = request.judged;
    // Naming a tool requires a model that can call it.
    const requiresTools = names !== undefined && names.length > 0;
    const found = await subgraphs.routes.find({
      ...{ identity, modelPolicy, maxOutputTokens, inputTokens, requiresTools, complexity, language, moderation },
      promptTokens: request.prompt.likely,
      prefersJson: request.isStructured === true,
      requiresVision: request.hasPictures === true,
    });
    // Refuses what is longer than plan and policy allow.
    outputTokensWithin(found.outputTokens, request.maxOutputTokens);
    return { ...found, tools: chooseTools(found.tools, names) };
  };

  const replace = async (
    request: AdmissionRequest,
    chosen: Route,
    { reservation, outputModeration, pii }: Pick<Grant, 'reservation' | 'outputModeration' | 'pii'>,
  ): Promise<Grant> => {
    const replaced = await measured('usage', () => reserve(request, chosen));
    await release(request.identity, reservation);
    return { route: chosen, reservation: replaced, outputModeration, pii };
  };

  /** The grant for a question that was flagged: where its policy has rules for that, by another route. */
  const routeFlagged = async (
    request: AdmissionRequest,
    grant: Grant,
    screened: readonly ModerationCategory[],
  ): Promise<Grant> => {
    const { moderation } = grant.route.dependsOn;
    if (moderation.length === 0) return grant;
    try {
      // Screening a stored question again stores nothing: it has its verdict.
      const flagged = request.isStored ? (await measured('safety', () => screen(request))).flagged : screened;
      if (!moderation.some((category) => flagged.includes(category))) return grant;
      const chosen = await measured('models', () => route(request, flagged));
      return await replace(request, chosen, grant);
    } catch (fault) {
      await release(request.identity, grant.reservation);
      throw fault;
    }
  };

  return {
    release,
    extend: (request, grant) => replace(request, grant.route, grant),
    async admit(request) {
      const routing = measured('models', () => route(request));
      const reserving = routing.then((chosen) => measured('usage', () => reserve(request, chosen)));
      const knowPolicy = async () => ({ flagged: [], ...(await subgraphs.screening.policy(request.identity)) });
      const screenNow = (): Promise<ScreeningResult> =>
        request.isStored ? knowPolicy() : measured('safety', () => screen(request));
      const isLong = request.question.length > maxConcurrentlyScreened;
      const screening = isLong ? reserving.then(screenNow) : screenNow();
      const [screened, reserved, routed] = await Promise.allSettled([screening, reserving, routing]);
      if (screened.status === 'fulfilled' && reserved.status === 'fulfilled' && routed.status === 'fulfilled') {
        const { flagged, window: outputModeration, pii } = screened.value;
        const grant = { route: routed.value, reservation: reserved.value, outputModeration, pii };
        return routeFlagged(request, grant, flagged);
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
