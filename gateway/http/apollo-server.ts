/**
 * The Apollo Server of one gateway. It executes through the gateway's own executors, and neither parses nor validates:
 * the admission plugin has prepared every document before Apollo Server looks at it.
 */
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { Logger } from '#kernel/log.ts';
import { createAdmissionPlugin } from '../admission/admission-plugin.ts';
import type { CheckIntrospection } from '../admission/introspection-access.ts';
import type { DocumentPreparer } from '../admission/prepared-document.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { OperationLimits } from '../limits/operation-limits.ts';
import { createRecordingPlugin, type RecordOperation } from '../observation/record-operations.ts';
import type { Operations } from '../operations/open-operations.ts';
import { createDeferredDeliveryPlugin } from './deferred-delivery.ts';
import { createSandboxPlugin } from './sandbox.ts';

/** Headers that pages of other origins can send only after a preflight. */
const preflightedHeaders = ['x-apollo-operation-name', 'apollo-require-preflight', 'authorization'];

export interface ApolloServerOptions {
  readonly operations: Operations;
  readonly documents: DocumentPreparer;
  readonly checkIntrospection: CheckIntrospection;
  readonly limits: OperationLimits;
  readonly maskError: MaskError;
  /** Whether the landing page is Apollo Sandbox. */
  readonly showsSandbox: boolean;
  /** Whether /explorer is served. */
  readonly explorer: boolean;
  readonly recordOperation: RecordOperation;
  readonly isDevelopment: boolean;
  readonly logger: Logger;
}

export const startApolloServer = async (options: ApolloServerOptions): Promise<ApolloServer<OperationContext>> => {
  const { operations, documents, checkIntrospection, limits, maskError, recordOperation, isDevelopment, logger } =
    options;
  const { executor, executeInParts } = operations;
  const server = new ApolloServer<OperationContext>({
    gateway: executor,
    logger,
    // Persisted queries: a cache of 30 MiB that evicts the least recently used.
    cache: 'bounded',
    introspection: true,
    csrfPrevention: { requestHeaders: preflightedHeaders },
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: isDevelopment ? 'development' : 'production',
    formatError: (formatted, error) => maskError(formatted, error),
    documentStore: null,
    dangerouslyDisableValidation: true,
    plugins: [
      createAdmissionPlugin({ limits, documents, checkIntrospection, generationOf: executor.generationOf, maskError }),
      options.showsSandbox ? createSandboxPlugin(options.explorer) : ApolloServerPluginLandingPageDisabled(),
      createDeferredDeliveryPlugin({ executeInParts, maskError }),
      createRecordingPlugin(recordOperation),
    ],
  });
  await server.start();
  return server;
};
