/** After which ends of a subscription the SDK reconnects: transient ones, and a few that may be an accident. */
import type { ParlanceError } from './errors.ts';
import { isTransient } from './requests.ts';

/** Milliseconds that a connection must have lasted for its end to count as the first failure. */
export const stableAfterMs = 10_000;
/** Attempts in a row after an error that may be the server's accident. */
const maxAccidents = 3;
/**
 * Attempts in a row after an error without a code, about a minute of them. Parlance's errors have codes: this one is of
 * a router in front, as when a subgraph behind it restarts.
 */
const maxWithoutCode = 10;

const isAccident = ({ code }: ParlanceError): boolean =>
  code === 'INTERNAL_SERVER_ERROR' || code === 'SUBGRAPH_INVALID_RESPONSE' || code === 'UNKNOWN';

/**
 * @param failures in a row, this one included.
 * @param isRenewable whether there may be another credential after a refused one.
 */
export const shouldReconnect = (error: ParlanceError, failures: number, isRenewable: boolean): boolean => {
  if (error.code === 'UNAUTHENTICATED') return isRenewable && failures < maxAccidents;
  if (isTransient(error) || error.code === 'SUBSCRIPTION_LOST') return true;
  if (error.code === 'UNKNOWN' && error.serverCode === '') return failures < maxWithoutCode;
  return isAccident(error) && failures < maxAccidents;
};
