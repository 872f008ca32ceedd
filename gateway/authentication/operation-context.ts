/** What an operation carries through Apollo Server to its fetches: its user and its client. */
import type { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser } from './authenticator.ts';

/** Whether a client is still connected. An AbortSignal satisfies this, but one for each request is costly. */
export interface ClientSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void;
}

export interface OperationContext {
  /**
   * Absent only while it is open whether an operation needs a sign-in: one that reads what is public does not, nor, in
   * development, one that reads nothing but the schema.
   */
  readonly user?: AuthenticatedUser;
  /** Why there is no user. */
  readonly signInFault?: AppError;
  /** Whether a request without a user may read nothing but what is public. */
  readonly isVisit?: boolean;
  /** Names the request in log lines, in its response and in its errors. */
  readonly requestId?: string;
  /** `performance.now()` when the request arrived. */
  readonly startedAt?: number;
  /** Aborted when the client is gone. */
  readonly signal?: ClientSignal;
  /** The client asks how a query is executed. Only some users may know. */
  readonly wantsExplanation?: boolean;
  /** Headers that every fetch gets besides its own (trace context): names and values alternate. */
  readonly forwardedHeaders?: readonly string[];
}
