/** Which ends of a subscription are worth another try: those of time, and a few that may be an accident. */
import type { ParlanceError } from './errors.ts';
import { isPassing } from './requests.ts';

/** Milliseconds that a connection must have stood for its end to count as the first failure. */
export const stableAfterMs = 10_000;
/** Times in a row that an error which may be the server's accident is tried again. */
const accidents = 3;

const isAccident = ({ code }: ParlanceError): boolean =>
  code === 'INTERNAL_SERVER_ERROR' || code === 'SUBGRAPH_INVALID_RESPONSE' || code === 'UNKNOWN';

/** @param failures in a row, this one included. */
export const isHealable = (error: ParlanceError, failures: number): boolean => {
  if (isPassing(error) || error.code === 'SUBSCRIPTION_LOST') return true;
  return (error.code === 'UNAUTHENTICATED' || isAccident(error)) && failures < accidents;
};
