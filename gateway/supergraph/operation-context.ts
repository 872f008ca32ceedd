/** What one operation carries through Apollo Server to the fetches: for whom it runs. */
import type { AuthenticatedUser } from '../authentication/authenticator.ts';

/** Whether a client is still there. An AbortSignal is one, though a costly one where each request has its own. */
export interface ClientSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void;
}

export interface OperationContext {
  /** Absent only in development, where an operation that reads nothing but the schema needs no token. */
  readonly user?: AuthenticatedUser;
  /** Aborted when the client is gone. */
  readonly signal?: ClientSignal;
  /** Its client wants to know how a query is answered; not everybody is told. */
  readonly wantsExplanation?: boolean;
  /** Headers that every fetch gets besides its own (trace context), names and values in turn. */
  readonly forwardedHeaders?: readonly string[];
}
