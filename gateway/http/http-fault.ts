/**
 * Refuses a whole request, in the JSON that the client accepts, with the HTTP status and headers of the error's code.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { errorCodes } from '#contracts/error-codes.ts';
import { AppError, errorExtensions, unforeseen } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { activeRequest } from '#kernel/request-id.ts';
import { httpOf } from '../errors/graphql-error.ts';
import type { MaskError } from '../errors/public-error.ts';
import { jsonMediaType } from './json-media-type.ts';

export interface Refusal {
  readonly message: string;
  readonly extensions: object;
}

export const refuse = (response: ServerResponse, status: number, { message, extensions }: Refusal): void => {
  const body = JSON.stringify({ errors: [{ message, extensions: { ...extensions, ...activeRequest() } }] });
  response.writeHead(status, { 'content-type': jsonMediaType(response.req.headers.accept) });
  response.end(body);
};

/** Responds as Apollo Server does, with the status and headers in the error's `extensions.http`. */
export const respondWithFault = (response: ServerResponse, fault: GraphQLError, maskError: MaskError): void => {
  const { status, headers } = httpOf(fault, 500);
  for (const [name, value] of headers) response.setHeader(name, value);
  const { message, extensions } = maskError(fault.toJSON(), fault);
  refuse(response, status, { message, extensions: extensions ?? {} });
};

const internalFault: Refusal = {
  message: unforeseen,
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

/** A client that left in the middle of its request causes a fault of its own, which nobody has to look at. */
const hasLeft = (request: IncomingMessage): boolean => request.destroyed && !request.complete;

/** Responds to anything that was thrown while a request was handled. */
export const respondToFault = (
  request: IncomingMessage,
  response: ServerResponse,
  fault: unknown,
  logger: Logger,
): void => {
  if (hasLeft(request)) {
    response.destroy();
    return;
  }
  const isRefusal = fault instanceof AppError;
  if (!isRefusal) logger.error({ ...activeRequest(), err: fault }, 'a request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const [status, refusal] = isRefusal
    ? [errorCodes[fault.code], { message: fault.message, extensions: errorExtensions(fault) }]
    : [500, internalFault];
  refuse(response, status, refusal);
};
