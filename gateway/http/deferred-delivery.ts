/**
 * Delivers results in parts over HTTP. A client that accepts one of the formats and defers something gets parts; Apollo
 * Server writes them, and handles everything else as usual.
 */
import { type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { refusalOf } from '../admission/operation-admission.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { httpOf } from '../errors/graphql-error.ts';
import type { MaskError } from '../errors/public-error.ts';
import { nameSubgraphsFor } from '../errors/subgraph-names.ts';
import type { Result } from '../execution/result-builder.ts';
import { partDuration } from '../observation/metrics.ts';
import { codeOf } from '../observation/record-operations.ts';
import type { ExecutedInParts, ExecuteInParts } from '../operations/deferred-executor.ts';
import { acceptedFormat, type FormattedFragment, type PartFormat } from './part-formats.ts';

const headers = (): HeaderMap =>
  new HeaderMap([
    ['cache-control', 'no-cache, no-transform'],
    // Keeps nginx from buffering the response.
    ['x-accel-buffering', 'no'],
  ]);

type ObservePart = ReturnType<typeof partDuration.start>;

export interface DeferredDeliveryOptions {
  readonly executeInParts: ExecuteInParts;
  readonly maskError: MaskError;
}

export const createDeferredDeliveryPlugin = ({
  executeInParts,
  maskError,
}: DeferredDeliveryOptions): ApolloServerPlugin<OperationContext> => {
  const formatted = ({ data, errors }: Result, user: AuthenticatedUser | undefined) => {
    nameSubgraphsFor(user, errors);
    return {
      ...(data === undefined ? {} : { data }),
      ...(errors ? { errors: errors.map((error) => maskError(error.toJSON(), error)) } : {}),
    };
  };
  async function* formattedRest(
    rest: NonNullable<ExecutedInParts['rest']>,
    user: AuthenticatedUser | undefined,
    observe: ObservePart,
  ): AsyncGenerator<FormattedFragment, void, undefined> {
    for await (const { parts, pending, hasNext, extensions } of rest) {
      const delivered = parts.map(({ id, path, label, ...result }) => ({
        id,
        path,
        label,
        ...formatted(result, user),
      }));
      observe({ code: codeOf(delivered.flatMap(({ errors = [] }) => errors)) });
      yield { parts: delivered, pending, hasNext, ...(extensions ? { extensions } : {}) };
    }
  }
  const refused = (fault: GraphQLError, user: AuthenticatedUser | undefined): GraphQLResponse => ({
    http: httpOf(fault, 500),
    body: { kind: 'single', singleResult: formatted({ errors: [fault] }, user) },
  });

  const deliver = async (
    format: PartFormat,
    valid: Parameters<ExecuteInParts>[0],
    given: HeaderMap,
  ): Promise<GraphQLResponse | null> => {
    const observe = partDuration.start();
    const result = await executeInParts(valid);
    if (!result) return null;
    const { user } = valid.context;
    const { extensions } = result.first;
    const first = { ...formatted(result.first, user), ...(extensions ? { extensions } : {}) };
    const { pending, rest } = result;
    if (!rest) return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: first } };
    // Makes Apollo Server name this format when the client accepts several.
    given.set('accept', format.mediaType);
    return {
      http: { headers: headers() },
      body: format.bodyOf({ first, pending, rest: formattedRest(rest, user, observe) }),
    };
  };

  return {
    requestDidStart: async () => ({
      async responseForOperation({ request, schema, document, operation, contextValue }) {
        const given = request.http?.headers;
        const format = acceptedFormat(given?.get('accept'));
        if (!given || !format || !operation) return null;
        try {
          const variables = request.variables ?? {};
          return await deliver(format, { schema, document, operation, variables, context: contextValue }, given);
        } catch (fault) {
          return refused(refusalOf(fault), contextValue.user);
        }
      },
    }),
  };
};
