/**
 * The fast path: executes a JSON query or mutation that accepts JSON without Apollo Server's pipeline, which costs as
 * much as a small operation does. Unusual and refused requests are left to Apollo Server, so that only one place
 * produces refusals. An executed operation always gets its response here, whatever the result. Invariant: an operation
 * that has fetched anything is never left to Apollo Server.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { OperationAdmission } from '../admission/operation-admission.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import type { MaskError } from '../errors/public-error.ts';
import { operationDuration } from '../observation/metrics.ts';
import type { EndedOperation, RecordOperation } from '../observation/record-operations.ts';
import type { ExecutedResult, FederatedExecutor } from '../operations/federated-executor.ts';
import { respondWithFault } from './http-fault.ts';
import { writeBody } from './whole-response.ts';

/** The media type for each of the most common Accept headers, equal to what Apollo Server selects. */
const mediaTypes: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, 'application/json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  ['application/json, */*', 'application/json; charset=utf-8'],
  ['application/json, text/plain, */*', 'application/json; charset=utf-8'],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ['application/graphql-response+json, application/json', 'application/graphql-response+json; charset=utf-8'],
  ['application/graphql-response+json,application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
]);

export interface UsualRequest {
  readonly mediaType: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined when the request is left to Apollo Server. `body` is the parsed JSON, undefined for anything else. */
export const usualRequest = ({ method, headers }: IncomingMessage, body: unknown): UsualRequest | undefined => {
  const mediaType = mediaTypes.get(headers.accept);
  if (mediaType === undefined || method !== 'POST' || !isRecord(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || (extensions !== undefined && extensions !== null)) return undefined;
  const isNamed = typeof operationName === 'string';
  if (!isNamed && operationName !== undefined && operationName !== null) return undefined;
  const isGiven = isRecord(variables);
  if (!isGiven && variables !== undefined && variables !== null) return undefined;
  return { mediaType, query, operationName: isNamed ? operationName : undefined, variables: isGiven ? variables : {} };
};

export interface DirectExecutionOptions {
  readonly admission: OperationAdmission;
  readonly execute: FederatedExecutor['execute'];
  readonly maskError: MaskError;
  readonly recordOperation: RecordOperation;
  /** Milliseconds after which a client that does not read its response is disconnected. */
  readonly stallTimeoutMs: number;
}

/** Resolves to false when Apollo Server has to handle the request. Rejects only with unexpected faults. */
export type ExecuteDirectly = (
  usual: UsualRequest,
  context: OperationContext,
  response: ServerResponse,
) => Promise<boolean>;

export const createDirectExecution = ({
  admission,
  execute,
  maskError,
  recordOperation,
  stallTimeoutMs,
}: DirectExecutionOptions): ExecuteDirectly => {
  const bodyOf = ({ data, errors, extensions }: ExecutedResult, ended: EndedOperation): string => {
    const masked = errors?.map((error) => maskError(error.toJSON(), error));
    recordOperation({ ...ended, errors: masked });
    const before = masked ? `"errors":${JSON.stringify(masked)},` : '';
    const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
    return `{${before}"data":${JSON.stringify(data)}${after}}\n`;
  };

  return async (usual, context, response) => {
    if (!context.user) return false;
    const observe = operationDuration.start();
    const admitted = await admission.admit(usual, context.user);
    if ('errors' in admitted) return false;
    const { generation, document, operation, variables } = admitted;
    const type = operation.operation;
    if (type === 'subscription') return false;
    const ended = { type, name: operation.name?.value, context };
    let result: ExecutedResult;
    try {
      result = await execute({ generation, document, operation, variables, context });
    } catch (fault) {
      if (!(fault instanceof GraphQLError)) throw fault;
      if (!(fault.originalError instanceof AppError)) return false;
      // The response is sent here, so that a wait for a plan, or a plan that takes too long, does not cause the same
      // work again.
      recordOperation({ ...ended, errors: [fault] });
      respondWithFault(response, fault, maskError);
      return true;
    }
    if (result.data === undefined) return false;
    const body = bodyOf(result, ended);
    observe({ type });
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-type', usual.mediaType);
    writeBody(response, body, stallTimeoutMs);
    return true;
  };
};
