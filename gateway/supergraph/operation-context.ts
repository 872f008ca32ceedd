/** What one operation carries through Apollo Server to the fetches: for whom it runs. */
import type { AuthenticatedUser } from '../authentication/authenticator.ts';

export interface OperationContext {
  /** Absent only in development, where an operation that reads nothing but the schema needs no token. */
  readonly user?: AuthenticatedUser;
}
