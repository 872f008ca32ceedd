/** Executes operations with `@defer` in parts, for clients that accept them. It bypasses Apollo Server's execution. */
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { activeSpan, inSpan } from '#kernel/telemetry/tracing.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { payerOf } from '../authentication/payer.ts';
import { canonicalOperation } from '../documents/canonical-operation.ts';
import { hasDefer } from '../documents/deferred-document.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import {
  compileDeferredOperation,
  type DeferredOperation,
  type FragmentResult,
  type ResultInParts,
} from '../execution/deferred-operation.ts';
import type { Variables } from '../execution/result-builder.ts';
import type { WeighedCache } from '../memory/weighed-memory.ts';
import { plansAsked } from '../observation/metrics.ts';
import type { Planner } from '../planning/planner.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SendFetch } from '../upstream/send-fetch.ts';
import { type ExplainedPart, type Explanation, explanationFor } from './explanation.ts';
import { observedPlan } from './observed-plan.ts';

export interface ValidOperation {
  /** The schema that validated it. */
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly context: OperationContext;
}

interface Explained {
  readonly extensions?: { readonly explain: ExplainedPart };
}

export interface ExecutedInParts {
  readonly first: ResultInParts['first'] & Explained;
  readonly pending: ResultInParts['pending'];
  /** Undefined when the first part is everything. */
  readonly rest: AsyncIterable<FragmentResult & Explained> | undefined;
}

/** Undefined when the operation defers nothing: then nothing was executed. */
export type ExecuteInParts = (valid: ValidOperation) => Promise<ExecutedInParts | undefined>;

export interface DeferredExecutorOptions {
  generationOf(schema: GraphQLSchema): SchemaGeneration;
  /** Sends the fetches of one operation. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
  readonly planner: Planner;
  /** Whether administrators can ask how their queries are executed. */
  readonly explains: boolean;
}

interface CompiledParts extends Pick<ValidOperation, 'document' | 'operation'> {
  readonly fields: number;
}

const compile = (
  generation: SchemaGeneration,
  { document, operation, fields }: CompiledParts,
  planner: Planner,
  explanation: Explanation | undefined,
): DeferredOperation => {
  const { schema, environment } = generation;
  return compileDeferredOperation({
    schema,
    document,
    operation,
    fields,
    environment,
    plan: (labelled, payer) =>
      observedPlan(() => planner.plan(generation, { document: labelled, fields, isInParts: true }, payer), explanation),
  });
};

async function* explained(
  rest: NonNullable<ResultInParts['rest']>,
  explanation: Explanation,
): AsyncGenerator<FragmentResult & Explained, void, undefined> {
  for await (const fragment of rest) {
    yield { ...fragment, extensions: { explain: explanation.part(fragment.id).report() } };
  }
}

export const createDeferredExecutor = (options: DeferredExecutorOptions): ExecuteInParts => {
  const memories = new WeakMap<SchemaGeneration, WeighedCache<DeferredOperation>>();
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
    explanation: Explanation | undefined,
  ): { readonly run: DeferredOperation; readonly isHit: boolean } => {
    const memory = memories.get(generation) ?? generation.environment.memory.open<DeferredOperation>();
    memories.set(generation, memory);
    const canonical = canonicalOperation(valid.document, valid.operation);
    const restricted = generation.restrict(canonical, user);
    const key = `${canonical.hash} ${restricted.key}`;
    const known = explanation ? undefined : memory.get(key);
    if (known) return { run: known, isHit: true };
    const run = compile(generation, { ...restricted, fields: canonical.fields }, options.planner, explanation);
    if (!explanation) memory.set(key, run, canonical.weight);
    return { run, isHit: false };
  };

  return async (valid) => {
    const { document, operation, schema, variables, context } = valid;
    if (operation.operation === 'subscription' || !defers(document)) return undefined;
    const generation = options.generationOf(schema);
    const explanation = options.explains ? explanationFor(context, operation.operation) : undefined;
    const { run, isHit } = compiledOf(generation, valid, context.user, explanation);
    const send = options.sendFor(generation, context);
    const payer = payerOf(context.user);
    const result = await run({
      variables,
      payer,
      runFairly: (work) => options.planner.runFairly(payer, work),
      send: explanation ? explanation.timed(send) : send,
      partScope: (id, label) => ({
        send: explanation ? explanation.part(id).timed(send) : send,
        within: (work) => inSpan(label === undefined ? 'part' : `part ${label}`, {}, work),
      }),
    }).catch((fault: unknown) => {
      throw fault instanceof AppError ? toGraphQLError(fault) : fault;
    });
    // The path that executes the whole operation observes it.
    if (!result) return undefined;
    plansAsked.add({ result: isHit ? 'hit' : 'miss' });
    const { operation: kind, name } = operation;
    activeSpan().describe(name ? `${kind} ${name.value}` : kind);
    if (!explanation) return result;
    const { first, pending, rest } = result;
    return {
      first: { ...first, extensions: { explain: explanation.report() } },
      pending,
      rest: rest && explained(rest, explanation),
    };
  };
};
