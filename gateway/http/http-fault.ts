/**
 * Refuses a whole request, in the JSON that the client accepts, with the HTTP status and headers of the error's code.
 */
import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { httpOf } from '../errors/graphql-error.ts';
import type { MaskError } from '../errors/public-error.ts';
import { jsonMediaType } from './json-media-type.ts';

export interface Refusal {
  readonly message: string;
  readonly extensions: object;
}

export const refuse = (response: ServerResponse, status: number, { message, extensions }: Refusal): void => {
  const body = JSON.stringify({ errors: [{ message, extensions }] });
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
