/**
 * Responses of the sign-in: a page of plain words for people, JSON in the form of GraphQL errors for scripts. A fault
 * ends on a page with a link to try again, never on a blank one, and says nothing internal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCodes } from '#contracts/error-codes.ts';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { IssuerFault } from './issuer-fault.ts';
import { escapeHtml, renderPage } from './plain-page.ts';

export const respondWithJson = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};

export const redirect = (response: ServerResponse, location: string): void => {
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
};

const sentences = {
  away: 'The sign-in service cannot be reached at the moment. Wait a moment, then try again.',
  denied: 'The sign-in service says that you decided not to sign in.',
  refused:
    'The sign-in service did not accept this sign-in: it may have taken too long, or been used before. Try again.',
} as const;

/** The fault that people see. Anything unexpected is logged. */
export const publicFaultOf = (fault: unknown, logger: Logger): AppError => {
  if (fault instanceof AppError) return fault;
  if (fault instanceof IssuerFault) {
    const { kind } = fault;
    if (kind === 'denied') return new AppError('UNAUTHENTICATED', sentences.denied, { cause: fault });
    logger.warn({ err: fault }, 'a sign-in failed');
    return new AppError(kind === 'away' ? 'OVERLOADED' : 'UNAUTHENTICATED', sentences[kind], {
      cause: fault,
      ...(kind === 'away' ? { retryAfterMs: 2000 } : {}),
    });
  }
  logger.error({ err: fault }, 'a sign-in failed');
  return new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side. Try again.', { cause: fault });
};

export interface FaultOptions {
  readonly fault: AppError;
  /** Where "Try again" leads after the sign-in. */
  readonly returnTo: string;
}

export const respondWithFault = (
  request: IncomingMessage,
  response: ServerResponse,
  { fault, returnTo }: FaultOptions,
): void => {
  const status = errorCodes[fault.code];
  if (fault.retryAfterMs !== undefined) {
    response.setHeader('retry-after', String(Math.ceil(fault.retryAfterMs / 1000)));
  }
  if (!/\btext\/html\b/i.test(request.headers.accept ?? '')) {
    respondWithJson(response, status, { errors: [{ message: fault.message, extensions: errorExtensions(fault) }] });
    return;
  }
  const again = `/auth/sign-in?${new URLSearchParams({ returnTo })}`;
  const { html, policy } = renderPage({
    title: 'You are not signed in',
    content: `<p>${escapeHtml(fault.message)}</p>
<p><a href="${escapeHtml(again)}">Try again</a></p>
<p><small>${escapeHtml(fault.code)}</small></p>`,
  });
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
  });
  response.end(html);
};
