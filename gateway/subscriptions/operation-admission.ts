/**
 * What an operation passes on its way to a stream, over whichever transport it came, after its sender is known: length
 * in tokens, validity, choice of the operation, complexity, and for subscriptions the types of the variables. What it
 * gives without errors can be run as it is.
 */
import { GraphQLError, getOperationAST, getVariableValues, type OperationDefinitionNode } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import { checkOperation, checkTokens, type OperationLimits } from '../limits/operation-limits.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { DocumentPreparer, PreparedDocument } from './prepared-document.ts';

export interface RequestedOperation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

export interface AdmittedOperation {
  readonly generation: SchemaGeneration;
  readonly prepared: PreparedDocument;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}

export type Admission = AdmittedOperation | { readonly errors: readonly GraphQLError[] };

export interface OperationAdmission {
  /** Either the operation, or why it is refused. Never throws for a fault of the client. */
  admit(requested: RequestedOperation): Admission;
  /** Whether this is certainly a subscription: one whose document came before. Costs next to nothing. */
  isKnownSubscription(requested: RequestedOperation): boolean;
}

export interface OperationAdmissionOptions {
  current(): SchemaGeneration;
  readonly documents: DocumentPreparer;
  readonly limits: OperationLimits;
}

/** What refuses an operation, as errors for its sender; a fault of ours too, which the mask then hides. */
export const refusalOf = (fault: unknown): GraphQLError => {
  if (fault instanceof AppError) return toGraphQLError(fault);
  if (fault instanceof GraphQLError) return fault;
  return new GraphQLError('masked', { originalError: fault instanceof Error ? fault : new Error(String(fault)) });
};

export const createOperationAdmission = ({
  current,
  documents,
  limits,
}: OperationAdmissionOptions): OperationAdmission => {
  const admit = (requested: RequestedOperation): Admission => {
    checkTokens(requested.query, limits);
    const generation = current();
    const preparation = documents.prepare(generation, requested.query);
    if ('errors' in preparation) return preparation;
    const { prepared } = preparation;
    const operation = getOperationAST(prepared.document, requested.operationName);
    if (!operation) {
      throw new GraphQLError('Name the operation of the document that is to run.', {
        extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
      });
    }
    const variables = requested.variables ?? {};
    const { schema, costWeights: weights } = generation;
    checkOperation({ schema, operation, fragments: prepared.fragments, variables, weights }, limits);
    const admitted = { generation, prepared, operation, variables };
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
    admit(requested) {
      try {
        return admit(requested);
      } catch (fault) {
        return { errors: [refusalOf(fault)] };
      }
    },
    isKnownSubscription({ query, operationName }) {
      const generation = current();
      if (!documents.knows(generation, query)) return false;
      const preparation = documents.prepare(generation, query);
      if ('errors' in preparation) return false;
      return getOperationAST(preparation.prepared.document, operationName)?.operation === 'subscription';
    },
  };
};
