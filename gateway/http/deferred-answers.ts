/**
 * Answers in parts over HTTP, as Apollo Client asks for them: `multipart/mixed; deferSpec=20220824`. Who accepts that
 * too, and defers something, gets it; Apollo Server writes the parts, and answers everything else as always.
 */
import { type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { MaskError } from '../errors/public-error.ts';
import { nameSubgraphsFor } from '../errors/subgraph-names.ts';
import type { Result } from '../execution/answer.ts';
import type { PartResult } from '../execution/deferred-operation.ts';
import { partDuration } from '../metrics.ts';
import { codeOf } from '../observation/count-operations.ts';
import type { AnsweredInParts, ExecuteInParts } from '../supergraph/deferred-executor.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';

const partsType = 'multipart/mixed; deferSpec=20220824';

/** A weight of 0 is a refusal. */
const acceptsParts = (accept: string | undefined): boolean =>
  (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(
      ([type, ...parameters]) =>
        type === 'multipart/mixed' &&
        parameters.some((parameter) => /^deferspec="?20220824"?$/.test(parameter)) &&
        !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)),
    );

const headers = (): HeaderMap =>
  new HeaderMap([
    ['cache-control', 'no-cache, no-transform'],
    // nginx passes on at once what says so.
    ['x-accel-buffering', 'no'],
  ]);

type ObservePart = ReturnType<typeof partDuration.start>;

export interface DeferredAnswersOptions {
  readonly executeInParts: ExecuteInParts;
  readonly maskError: MaskError;
}

export const createDeferredAnswersPlugin = ({
  executeInParts,
  maskError,
}: DeferredAnswersOptions): ApolloServerPlugin<OperationContext> => {
  const formatted = ({ data, errors }: Result, user: AuthenticatedUser | undefined) => {
    nameSubgraphsFor(user, errors);
    return {
      ...(data === undefined ? {} : { data }),
      ...(errors ? { errors: errors.map((error) => maskError(error.toJSON(), error)) } : {}),
    };
  };
  const incremental = (part: PartResult, user: AuthenticatedUser | undefined) => ({
    path: part.path,
    ...(part.label === undefined ? {} : { label: part.label }),
    ...formatted(part, user),
  });
  async function* formattedRest(
    rest: NonNullable<AnsweredInParts['rest']>,
    user: AuthenticatedUser | undefined,
    observe: ObservePart,
  ) {
    for await (const { parts, hasNext, extensions } of rest) {
      const told = parts.map((part) => incremental(part, user));
      observe({ code: codeOf(told.flatMap(({ errors = [] }) => errors)) });
      yield { incremental: told, hasNext, ...(extensions ? { extensions } : {}) };
    }
  }
  const respond = (
    { first, rest }: AnsweredInParts,
    user: AuthenticatedUser | undefined,
    observe: ObservePart,
  ): GraphQLResponse => {
    const { extensions } = first;
    const result = { ...formatted(first, user), ...(extensions ? { extensions } : {}) };
    if (!rest) {
      return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: result } };
    }
    return {
      http: { headers: headers() },
      body: {
        kind: 'incremental',
        initialResult: { ...result, hasNext: true },
        subsequentResults: formattedRest(rest, user, observe),
      },
    };
  };

  return {
    requestDidStart: async () => ({
      async responseForOperation({ request, schema, queryHash, document, operation, contextValue }) {
        const given = request.http?.headers;
        if (!given || queryHash === undefined || !acceptsParts(given.get('accept'))) return null;
        const observe = partDuration.start();
        try {
          const variables = request.variables ?? {};
          const valid = { schema, queryHash, document, operation, variables, context: contextValue };
          const result = await executeInParts(valid);
          if (!result) return null;
          // Of several kinds of parts that a client accepts, Apollo Server is to name this one.
          if (result.rest) given.set('accept', partsType);
          return respond(result, contextValue.user, observe);
        } catch (fault) {
          if (!(fault instanceof GraphQLError)) throw fault;
          return respond({ first: { errors: [fault] }, rest: undefined }, contextValue.user, observe);
        }
      },
    }),
  };
};
