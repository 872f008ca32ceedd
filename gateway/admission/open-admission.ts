/**
 * The checks between a client and the execution of its operations, shared by HTTP, server-sent events and WebSocket:
 * sign-in, request rates, validity and limits.
 */
import type { Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { BrowserSessions } from '../authentication/browser-sessions.ts';
import type { AddressOf } from '../limits/client-address.ts';
import type { OperationLimits } from '../limits/operation-limits.ts';
import { createRequestRate, type RequestRates, type TakeRequest } from '../limits/request-rate.ts';
import { createCountByKey } from '../limits/socket-count.ts';
import type { Planner } from '../planning/planner.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import { type CheckIntrospection, createIntrospectionCheck } from './introspection-access.ts';
import { createOperationAdmission, type OperationAdmission } from './operation-admission.ts';
import { createDocumentPreparer, type DocumentPreparer } from './prepared-document.ts';
import { createPublicOperations, type PublicOperations } from './public-operations.ts';
import { type AuthenticateRequest, createRequestAuthentication } from './request-authentication.ts';
import { createSocketSignIn, type SignInSocket } from './socket-sign-in.ts';
import { createStreamTickets, type StreamTickets } from './stream-tickets.ts';

export interface Admission {
  readonly authenticateRequest: AuthenticateRequest;
  readonly signInSocket: SignInSocket;
  readonly takeRequest: TakeRequest;
  readonly documents: DocumentPreparer;
  readonly operations: OperationAdmission;
  readonly publicOperations: PublicOperations;
  readonly checkIntrospection: CheckIntrospection;
  /** For streams that are opened without a header. */
  readonly tickets: StreamTickets;
}

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  /** Undefined where cookies mean nothing. */
  readonly sessions: BrowserSessions | undefined;
  readonly limiter: Limiter;
  /** Shared by all gateways. */
  readonly identitySecret: string;
  /** Roles whose users may read the schema by introspection; undefined: everybody may. */
  readonly introspectionRoles: readonly string[] | undefined;
  readonly rates: RequestRates;
  /** Requests of one address without a sign-in. */
  readonly visits: TokenBucket;
  readonly limits: OperationLimits;
  readonly socketsPerUser: number;
  readonly addressOf: AddressOf;
  readonly planner: Planner;
  /** The newest generation. */
  current(): SchemaGeneration;
  readonly isDevelopment: boolean;
  readonly logger: Logger;
}

export const openAdmission = (options: AdmissionOptions): Admission => {
  const { authenticator, sessions, limiter, rates, limits, socketsPerUser, addressOf, planner, current, logger } =
    options;
  const takeRequest = authenticator.everybody ? async () => {} : createRequestRate(limiter, rates, logger);
  const documents = createDocumentPreparer(planner, {
    ...limits,
    hidesSuggestions: options.introspectionRoles !== undefined,
  });
  const { isDevelopment } = options;
  const tickets = createStreamTickets(options.identitySecret, limiter);
  const checkIntrospection = createIntrospectionCheck(options.introspectionRoles);
  const publicOperations = createPublicOperations(current, addressOf, options.visits);
  return {
    authenticateRequest: createRequestAuthentication({
      authenticator,
      sessions,
      tickets,
      publicOperations,
      takeRequest,
      addressOf,
      isDevelopment,
    }),
    signInSocket: createSocketSignIn({ authenticator, sessions, ofUsers: createCountByKey(socketsPerUser) }),
    takeRequest,
    documents,
    publicOperations,
    operations: createOperationAdmission({ current, documents, limits, checkIntrospection }),
    checkIntrospection,
    tickets,
  };
};
