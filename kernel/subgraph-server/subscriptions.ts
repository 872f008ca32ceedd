/**
 * The subscriptions of a subgraph, whatever the transport. Invariants: a fault in a source stream ends that
 * subscription with a typed error in its last result; no subscription outlives the rights that it needs, or the access
 * token that it was opened with.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
  subscribe,
} from 'graphql';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '../access/access-list.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { inSpan } from '../telemetry/tracing.ts';
import type { SubgraphContext } from './builder.ts';
import type { Caller } from './callers.ts';
import { createEndableStream, toErrorResult } from './endable-stream.ts';
import { maskError } from './mask-error.ts';
import { createOpenSubscriptions } from './open-subscriptions.ts';
import { type OpenRawStream, type RawSink, writeRawStream } from './raw-stream.ts';

/** Longest delay of a Node timer. */
const longestTimerMs = 2 ** 31 - 1;

export type ResultStream = AsyncGenerator<ExecutionResult, void, void>;

export const isResultStream = (value: unknown): value is ResultStream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The cursor that the resolver of a resumable subscription set for the current event. */
const cursorOf = (context: unknown): string | undefined =>
  typeof context === 'object' && context !== null && 'cursor' in context && typeof context.cursor === 'string'
    ? context.cursor
    : undefined;

export interface SubscriptionOptions<Context extends SubgraphContext> {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly createContext: (identity: Identity) => Context;
  readonly access?: AccessList | undefined;
  /** Called first for each subscription. */
  readonly openRawStream?: OpenRawStream<Context> | undefined;
  readonly logger: Logger;
}

/** A subscription as it was asked for. */
export interface SubscriptionRequest {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly caller: Caller;
  readonly traceparent: unknown;
  /** Takes the results that the subgraph has serialized itself. */
  readonly sink: RawSink;
}

/** What is known of a subscription beside its arguments. */
interface Known extends Pick<SubscriptionRequest, 'caller' | 'traceparent'> {
  /** Serves it without graphql-js; undefined where that is not possible. */
  openRaw(): Promise<ResultStream> | undefined;
}

/** An execution result, as graphql-js and graphql-ws give it. */
type SourceResult = { readonly [Key in 'errors' | 'data']?: ExecutionResult[Key] | undefined };

export interface Subscriptions extends Disposable {
  /** The arguments under which `start` opens it. */
  prepare(request: SubscriptionRequest): ExecutionArgs;
  /** The arguments under which `start` gives the refusal of a subscription as its only result. */
  refuse(request: Pick<SubscriptionRequest, 'document' | 'operationName'>, cause: unknown): ExecutionArgs;
  /** Opens the source stream, raw where that is possible; a result instead is the refusal. */
  start(args: ExecutionArgs): Promise<ResultStream | ExecutionResult>;
  /** A result as it is sent: errors masked, with the cursor of its event. Undefined: as it is. */
  format(args: ExecutionArgs, result: SourceResult): FormattedExecutionResult | undefined;
}

/** Ends a stream when the access token of its caller expires. Returns a function that forgets it. */
const endAtExpiry = (expiresAt: number, fail: (cause: unknown) => void): (() => void) => {
  const expire = (): void => fail(new AppError('UNAUTHENTICATED', 'The token has expired. Sign in again.'));
  const timer = setTimeout(expire, Math.min(Math.max(expiresAt - Date.now(), 0), longestTimerMs));
  return () => clearTimeout(timer);
};

export const createSubscriptions = <Context extends SubgraphContext>(
  options: SubscriptionOptions<Context>,
): Subscriptions => {
  const { schema, logger } = options;
  const open = createOpenSubscriptions(options.name, options.access);
  const known = new WeakMap<ExecutionArgs, Known>();
  const refused = new WeakMap<ExecutionArgs, unknown>();
  /** Opens the subscription once more under these rights, and leaves it. */
  const refusalFor = async (args: ExecutionArgs, identity: Identity): Promise<unknown> => {
    const result = await subscribe({ ...args, contextValue: options.createContext(identity) });
    if (!isResultStream(result)) return result.errors?.[0];
    await result.return(undefined);
    return undefined;
  };
  const serve = (args: ExecutionArgs, source: ResultStream): ResultStream => {
    const caller = known.get(args)?.caller;
    const forget: (() => void)[] = [];
    const stream = createEndableStream(source, () => {
      for (const each of forget) each();
    });
    if (!caller) return stream;
    const { identity, expiresAt } = caller;
    forget.push(open.add({ identity, fail: stream.fail, refusalFor: (now) => refusalFor(args, now) }));
    if (expiresAt !== undefined) forget.push(endAtExpiry(expiresAt, stream.fail));
    return stream;
  };
  return {
    prepare({ document, operationName, variables, caller, traceparent, sink }) {
      const contextValue = options.createContext(caller.identity);
      const args = {
        ...{ schema, document, contextValue },
        operationName: operationName ?? null,
        variableValues: variables ?? null,
      };
      const raw = { document, operationName, variables: variables ?? {}, context: contextValue };
      const openRaw = () => options.openRawStream?.(raw)?.then((source) => writeRawStream(source, sink));
      known.set(args, { caller, traceparent, openRaw });
      return args;
    },
    refuse({ document, operationName }, cause) {
      const args = { schema, document, operationName: operationName ?? null };
      refused.set(args, cause);
      return args;
    },
    async start(args) {
      if (refused.has(args)) return toErrorResult(refused.get(args));
      const { traceparent: parent, openRaw } = known.get(args) ?? {};
      const result = await inSpan(`${options.name} open stream`, { kind: 'server', parent }, async () => {
        const raw = openRaw?.();
        return raw ?? subscribe(args);
      }).catch(toErrorResult);
      return isResultStream(result) ? serve(args, result) : result;
    },
    format({ contextValue }, { errors, data }) {
      const cursor = cursorOf(contextValue);
      if (cursor === undefined && !errors) return undefined;
      return {
        ...(errors ? { errors: errors.map((error) => maskError(error, logger)) } : {}),
        ...(data === undefined ? {} : { data }),
        ...(cursor === undefined ? {} : { extensions: { cursor } }),
      };
    },
    [Symbol.dispose]: () => open[Symbol.dispose](),
  };
};
