/**
 * Headers that tell browsers what not to do with a response. Every HTTP response of every process has them; pages add
 * what their own content may load.
 */
import type { ServerResponse } from 'node:http';

/** For what is no page: nothing is loaded, and no page frames it. */
const noContent = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export const setSecurityHeaders = (response: ServerResponse): void => {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', noContent);
  response.setHeader('referrer-policy', 'no-referrer');
};
