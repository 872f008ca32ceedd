/** Answers operations with `@defer` in parts, for clients that take them: the way beside the one of Apollo Server. */
import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { Variables } from '../execution/answer.ts';
import { hasDefer } from '../execution/deferred-document.ts';
import {
  compileDeferredOperation,
  type DeferredOperation,
  type ResultInParts,
} from '../execution/deferred-operation.ts';
import type { SendFetch } from '../execution/execution.ts';
import type { OperationContext } from './operation-context.ts';
import type { SchemaGeneration } from './schema-generation.ts';

export interface ValidOperation {
  /** That validated it. */
  readonly schema: GraphQLSchema;
  readonly queryHash: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly context: OperationContext;
}

/** Undefined when nothing of the operation is deferred: then nothing was run. */
export type ExecuteInParts = (valid: ValidOperation) => Promise<ResultInParts | undefined>;

export interface DeferredExecutorOptions {
  generationOf(schema: GraphQLSchema): SchemaGeneration;
  /** Sends the fetches of one operation. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
}

/** Operations remembered per generation, least recently used first out. */
const remembered = 1000;

const compile = (
  generation: SchemaGeneration,
  { document, operation }: Pick<ValidOperation, 'document' | 'operation'>,
): DeferredOperation => {
  const { schema, environment } = generation;
  return compileDeferredOperation({
    schema,
    document,
    operation,
    environment,
    plan(labelled) {
      const plan = generation.planInParts(labelled, operation.name?.value);
      if (plan?.kind === 'Subscription') throw new GraphQLError('Subscriptions have no single answer.');
      return plan;
    },
  });
};

export const createDeferredExecutor = ({ generationOf, sendFor }: DeferredExecutorOptions): ExecuteInParts => {
  const memories = new WeakMap<SchemaGeneration, LRUCache<string, DeferredOperation>>();
  const deferring = new WeakMap<DocumentNode, boolean>();

  const defers = (document: DocumentNode): boolean => {
    let known = deferring.get(document);
    if (known === undefined) {
      known = hasDefer(document);
      deferring.set(document, known);
    }
    return known;
  };
  const compiledOf = (
    generation: SchemaGeneration,
    valid: ValidOperation,
    user: AuthenticatedUser | undefined,
  ): DeferredOperation => {
    let memory = memories.get(generation);
    if (!memory) {
      memory = new LRUCache({ max: remembered });
      memories.set(generation, memory);
    }
    const requestKey = `${valid.queryHash} ${valid.operation.name?.value ?? ''}`;
    const restricted = generation.restrict(requestKey, valid, user);
    const key = `${requestKey} ${restricted.key}`;
    const known = memory.get(key);
    if (known) return known;
    const compiled = compile(generation, restricted);
    memory.set(key, compiled);
    return compiled;
  };

  return async (valid) => {
    const { document, operation, schema, variables, context } = valid;
    if (operation.operation === 'subscription' || !defers(document)) return undefined;
    const generation = generationOf(schema);
    return compiledOf(generation, valid, context.user)({ variables, send: sendFor(generation, context) });
  };
};
