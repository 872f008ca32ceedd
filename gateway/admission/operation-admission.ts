/**
 * The checks that every operation passes before it runs, over any transport, once its sender is known: length in bytes
 * and tokens, validity, choice of the operation, complexity and, for subscriptions, the types of the variables. An
 * operation that is admitted without errors can run as it is.
 */
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import { payerOf } from '../authentication/payer.ts';
import { canonicalOperation } from '../documents/canonical-operation.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import { checkOperation, type OperationLimits } from '../limits/operation-limits.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { CheckIntrospection } from './introspection-access.ts';
import type { DocumentPreparer } from './prepared-document.ts';

export interface RequestedOperation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

export interface AdmittedOperation {
  readonly generation: SchemaGeneration;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}

export type AdmissionOutcome = AdmittedOperation | { readonly errors: readonly GraphQLError[] };

export interface OperationAdmission {
  /** Returns the operation, or the errors that refuse it. Never throws for a fault of the client. */
  admit(requested: RequestedOperation, user: AuthenticatedUser | undefined): Promise<AdmissionOutcome>;
  /**
   * Whether this is certainly a subscription, which only a document that was sent before can be. Costs next to nothing.
   */
  isKnownSubscription(requested: RequestedOperation, user: AuthenticatedUser): Promise<boolean>;
}

export interface OperationAdmissionOptions {
  current(): SchemaGeneration;
  readonly documents: DocumentPreparer;
  readonly limits: OperationLimits;
  readonly checkIntrospection: CheckIntrospection;
}

/** The error that refuses an operation for its sender. An internal fault becomes one too, which the mask then hides. */
export const refusalOf = (fault: unknown): GraphQLError => {
  if (fault instanceof AppError) return toGraphQLError(fault);
  if (fault instanceof GraphQLError) return fault;
  return new GraphQLError('masked', {
    originalError: fault instanceof Error ? fault : new Error(String(fault)),
    extensions: { http: { status: 500 } },
  });
};

export const createOperationAdmission = ({
  current,
  documents,
  limits,
  checkIntrospection,
}: OperationAdmissionOptions): OperationAdmission => {
  const admit: OperationAdmission['admit'] = async (requested, user) => {
    const generation = current();
    const preparation = await documents.prepare(generation, requested.query, payerOf(user));
    if ('errors' in preparation) return preparation;
    const { document } = preparation;
    const operation = getOperationAST(document, requested.operationName);
    if (!operation) {
      throw new GraphQLError('Name the operation of the document to execute.', {
        extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
      });
    }
    const variables = requested.variables ?? {};
    const { schema, costWeights: weights } = generation;
    const { fragments } = canonicalOperation(document, operation);
    const subject = { schema, operation, fragments, variables, weights };
    checkIntrospection(subject, user);
    checkOperation(subject, limits);
    const admitted = { generation, document, operation, variables };
    if (operation.operation !== 'subscription') return admitted;
    const definitions = operation.variableDefinitions ?? [];
    const { errors } = getVariableValues(generation.schema, definitions, variables, { maxErrors: 10 });
    if (!errors) return admitted;
    return {
      errors: errors.map(
        (error) => new GraphQLError(error.message, { originalError: error, extensions: { code: 'BAD_USER_INPUT' } }),
      ),
    };
  };
  return {
    async admit(requested, user) {
      try {
        return await admit(requested, user);
      } catch (fault) {
        return { errors: [refusalOf(fault)] };
      }
    },
    async isKnownSubscription({ query, operationName }, user) {
      const preparation = await Promise.resolve(documents.known(current(), query, payerOf(user))).catch(
        () => undefined,
      );
      if (!preparation || 'errors' in preparation) return false;
      return getOperationAST(preparation.document, operationName)?.operation === 'subscription';
    },
  };
};
