/** Why a reply, an export or an import failed, as clients see it. */
import type { ErrorCode } from '#contracts/error-codes.ts';

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}
