/** Refuses a whole request, in JSON with the HTTP status and headers of the error's code. */
import type { ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { activeRequest } from '#kernel/request-id.ts';
import type { MaskError } from '../errors/public-error.ts';

const json = 'application/json; charset=utf-8';

export interface Refusal {
  readonly message: string;
  readonly extensions: object;
}

export const refuse = (response: ServerResponse, status: number, refusal: Refusal, mediaType = json): void => {
  response.writeHead(status, { 'content-type': mediaType });
  response.end(
    JSON.stringify({
      errors: [{ message: refusal.message, extensions: { ...refusal.extensions, ...activeRequest() } }],
    }),
  );
};

/** Responds as Apollo Server does, with the status and headers in the error's `extensions.http`. */
export const respondWithFault = (
  response: ServerResponse,
  fault: GraphQLError,
  maskError: MaskError,
  mediaType = json,
): void => {
  const { http } = fault.extensions;
  const isGiven = typeof http === 'object' && http !== null;
  const status = isGiven && 'status' in http && typeof http.status === 'number' ? http.status : 500;
  if (isGiven && 'headers' in http && http.headers instanceof HeaderMap) {
    for (const [name, value] of http.headers) response.setHeader(name, value);
  }
  const { message, extensions } = maskError(fault.toJSON(), fault);
  refuse(response, status, { message, extensions: extensions ?? {} }, mediaType);
};
