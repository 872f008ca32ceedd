/** Port: how results of one operation are written into a streamed response. */
import type { GraphQLFormattedError } from 'graphql';

export interface StreamFormat {
  readonly contentType: string;
  /** Before everything else. */
  readonly head: string;
  /** One execution result. Its bytes are valid JSON and are sent unchanged. */
  next(payload: Buffer, cursor: string | undefined): Buffer;
  /** An end that clients can distinguish from a completion. */
  failure(errors: readonly GraphQLFormattedError[]): string;
  readonly completion: string;
  /** Carries no event. */
  readonly keepAlive: string;
}
