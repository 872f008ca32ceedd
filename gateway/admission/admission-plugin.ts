/**
 * Admits every operation that Apollo Server executes, persisted ones included. The operation is prepared like all
 * others (Apollo Server neither parses nor validates), needs a token unless it reads only the schema, and is measured
 * against the limits. Invariant: nothing in an invalid document is executed.
 */
import { type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { payerOf } from '../authentication/payer.ts';
import { canonicalOperation } from '../documents/canonical-operation.ts';
import { httpOf, toGraphQLError } from '../errors/graphql-error.ts';
import type { MaskError } from '../errors/public-error.ts';
import { checkOperation, type OperationLimits } from '../limits/operation-limits.ts';
import { readsOnlySchema } from '../limits/schema-only.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { CheckIntrospection } from './introspection-access.ts';
import { refusalOf } from './operation-admission.ts';
import type { DocumentPreparer, Preparation } from './prepared-document.ts';
import { tokenMissing } from './request-authentication.ts';

export interface AdmissionPluginOptions {
  readonly limits: OperationLimits;
  readonly documents: DocumentPreparer;
  readonly checkIntrospection: CheckIntrospection;
  generationOf(schema: GraphQLSchema): SchemaGeneration;
  readonly maskError: MaskError;
}

const needsStream = (): GraphQLError =>
  new GraphQLError(
    'A subscription needs a streaming response: send "Accept: text/event-stream", or use WebSocket at the same address, with the subprotocol graphql-transport-ws.',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );

/** Stands for a document that is not executed, so that Apollo Server does not parse it. */
const nothing: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

export const createAdmissionPlugin = (options: AdmissionPluginOptions): ApolloServerPlugin<OperationContext> => {
  const { limits, documents, checkIntrospection, generationOf, maskError } = options;

  const refused = (errors: readonly GraphQLError[]): GraphQLResponse => {
    const [first] = errors;
    const http = first ? httpOf(first, 400) : { status: 400, headers: new HeaderMap() };
    const masked = errors.map((error) => maskError(error.toJSON(), error));
    return { http, body: { kind: 'single', singleResult: { errors: masked } } };
  };

  return {
    async requestDidStart() {
      let preparation: Preparation | undefined;
      return {
        async didResolveSource(request) {
          const { schema, source, contextValue } = request;
          try {
            preparation = await documents.prepare(generationOf(schema), source, payerOf(contextValue.user));
          } catch (fault) {
            preparation = { errors: [refusalOf(fault)] };
          }
          // Apollo Server does not parse when it finds a document here.
          Object.assign(request, { document: 'errors' in preparation ? nothing : preparation.document });
        },
        async didResolveOperation({ operation, document, schema, request, contextValue }) {
          if (!operation || !preparation || 'errors' in preparation) return;
          try {
            if (operation.operation === 'subscription') throw needsStream();
            const { fragments } = canonicalOperation(document, operation);
            if (!contextValue.user && !readsOnlySchema(operation, fragments)) {
              throw contextValue.signInFault ?? tokenMissing();
            }
            const weights = generationOf(schema).costWeights;
            const subject = { schema, operation, fragments, variables: request.variables ?? {}, weights };
            checkIntrospection(subject, contextValue.user);
            checkOperation(subject, limits);
          } catch (fault) {
            throw fault instanceof AppError ? toGraphQLError(fault) : fault;
          }
        },
        async responseForOperation() {
          if (!preparation) throw new Error('an operation was not prepared');
          return 'errors' in preparation ? refused(preparation.errors) : null;
        },
      };
    },
  };
};
