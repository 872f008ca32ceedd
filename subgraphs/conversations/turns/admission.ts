/**
 * Asks, in parallel and each with a deadline, the rooms that may refuse a turn: safety screens the words, usage reserves the
 * tokens, models chooses who answers and with which tools (routes.ts). A refusal is thrown with that room's own code; what was reserved is then given back.
 */
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { RoomClient } from '#kernel/subgraph/room-client.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { admissionDuration } from '../metrics.ts';
import { chooseTools } from './choose-tools.ts';
import type { Route, Routes } from './routes.ts';

/** The rooms that are asked, and what models said. */
export interface AdmissionRooms {
  readonly safety: RoomClient;
  readonly usage: RoomClient;
  readonly routes: Pick<Routes, 'of'>;
}

export interface AdmissionRequest {
  readonly identity: Identity;
  readonly conversationId: string;
  readonly userMessageId: string;
  readonly assistantMessageId: string;
  /** What the user wrote; absent when nothing new was written (regenerate). */
  readonly content: string | undefined;
  readonly modelPolicy: string | undefined;
  /** Estimate of the whole prompt: what is reserved. */
  readonly inputTokens: number;
  /** Estimate of what the worker cannot cut from it: what a model must have room for. */
  readonly leastInputTokens: number;
  readonly maxOutputTokens: number | undefined;
  /** Names of the tools that it may use; undefined: all that the tenant has. */
  readonly tools: readonly string[] | undefined;
}

/** Milliseconds that each room has. */
const deadlineMs = 3_000;
/** Output tokens that are reserved when the client sets no bound; the rest is settled after the fact. */
const reservedOutputTokens = 1_024;

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

const releaseQuery = `mutation Release($messageId: ID!) { releaseTokens(messageId: $messageId) }`;
const released = z.object({ releaseTokens: z.boolean() });

/** The answer of one room, with what it took. */
const measured = async <Value>(room: string, ask: () => Promise<Value>): Promise<Value> => {
  const observe = admissionDuration.start();
  try {
    const value = await inSpan(`admission by ${room}`, { kind: 'client' }, ask);
    observe({ room, outcome: 'OK' });
    return value;
  } catch (fault) {
    observe({ room, outcome: fault instanceof AppError ? fault.code : 'INTERNAL_SERVER_ERROR' });
    throw fault;
  }
};

export interface Admission {
  /** Who may answer, and with what. Throws the first refusal; nothing stays reserved then. */
  admit(request: AdmissionRequest): Promise<Route>;
  /** Gives back what `admit` reserved for a message that was not stored. Never rejects: reservations expire. */
  release(identity: Identity, assistantMessageId: string): Promise<void>;
}

export const createAdmission = (rooms: AdmissionRooms, logger: Logger): Admission => {
  const screen = async (request: AdmissionRequest): Promise<void> => {
    if (request.content === undefined) return;
    const { userMessageId: messageId, conversationId, content, identity } = request;
    const variables = { input: { messageId, conversationId, content } };
    const { screenContent } = await rooms.safety.call({
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

  const reserve = async (request: AdmissionRequest): Promise<void> => {
    const { assistantMessageId: messageId, conversationId, inputTokens, identity } = request;
    const maxOutputTokens = request.maxOutputTokens ?? reservedOutputTokens;
    const variables = { input: { messageId, conversationId, inputTokens, maxOutputTokens } };
    await rooms.usage.call({ identity, query: reserveQuery, variables, data: reserved, deadlineMs });
  };

  const release = async (identity: Identity, messageId: string): Promise<void> => {
    try {
      await rooms.usage.call({ identity, query: releaseQuery, variables: { messageId }, data: released, deadlineMs });
    } catch (err) {
      logger.warn({ err, messageId }, 'reservation not released; it expires');
    }
  };

  const route = async (request: AdmissionRequest): Promise<Route> => {
    const { identity, modelPolicy, maxOutputTokens, leastInputTokens: inputTokens, tools: names } = request;
    // Who names a tool wants a model that can call it.
    const requiresTools = names !== undefined && names.length > 0;
    const found = await rooms.routes.of({ identity, modelPolicy, maxOutputTokens, inputTokens, requiresTools });
    return { candidates: found.candidates, tools: chooseTools(found.tools, names) };
  };

  return {
    release,
    async admit(request) {
      // The slowest first: they leave one after the other.
      const [reservation, screening, routing] = await Promise.allSettled([
        measured('usage', () => reserve(request)),
        measured('safety', () => screen(request)),
        measured('models', () => route(request)),
      ]);
      if (screening.status === 'fulfilled' && reservation.status === 'fulfilled' && routing.status === 'fulfilled') {
        return routing.value;
      }
      if (reservation.status === 'fulfilled') await release(request.identity, request.assistantMessageId);
      // The words come first: a blocked message is told so, whatever else was wrong.
      for (const result of [screening, reservation, routing]) {
        if (result.status === 'rejected') throw result.reason;
      }
      throw new Error('unreachable: one of three was rejected');
    },
  };
};
