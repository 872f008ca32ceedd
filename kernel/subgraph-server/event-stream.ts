/**
 * A subgraph's subscription as server-sent events, in distinct connections mode
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md), for routers that do not ask over
 * WebSocket. Invariants: a reader that is behind stops its own stream, and one that reads nothing is cut off; a stream
 * that this process has to give up is cut, and only one that ended has `complete`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { StoreWatch } from '../connections/store-watch.ts';
import { AppError } from '../errors.ts';
import { disconnectIfStalled } from '../process/stalled-clients.ts';
import type { RawSink } from './raw-stream.ts';
import { isResultStream, type Subscriptions } from './subscriptions.ts';

const mediaType = 'text/event-stream';
/** Milliseconds between two comments that keep the connection alive. */
const keepAliveMs = 12_000;
const defaultStalledReaderMs = 30_000;
/** Milliseconds that a router is advised to wait when the store of streams is away. */
const awayRetryAfterMs = 1_000;

export const acceptsEventStream = ({ headers }: IncomingMessage): boolean =>
  (headers.accept ?? '').split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === mediaType);

/** Resolves when the response has space again or is closed. */
const drained = async (response: ServerResponse): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
};

const createEventSink = (response: ServerResponse): RawSink => ({
  isOpen: () => !response.destroyed,
  send: (payload) => (response.write(`event: next\ndata: ${payload}\n\n`) ? undefined : drained(response)),
});

export interface EventStreamOptions {
  readonly subscriptions: Subscriptions;
  /** The store that feeds subscriptions. Undefined: it counts as present. */
  readonly streams?: StoreWatch | undefined;
  /** Milliseconds after which a reader that is behind and reads nothing is cut off. Default 30,000. */
  readonly stalledReaderMs?: number | undefined;
}

/** Sends one subscription; resolves at its end. Throws SUBGRAPH_UNAVAILABLE while the store of streams is away. */
export const serveEventStream = async (
  { subscriptions, streams, stalledReaderMs = defaultStalledReaderMs }: EventStreamOptions,
  response: ServerResponse,
  prepare: (sink: RawSink) => ExecutionArgs,
): Promise<void> => {
  if (streams?.isAway) {
    throw new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is away for a moment. Try again.', {
      retryAfterMs: awayRetryAfterMs,
    });
  }
  const sink = createEventSink(response);
  const args = prepare(sink);
  response.writeHead(200, { 'content-type': `${mediaType}; charset=utf-8`, 'cache-control': 'no-cache' });
  response.write(':\n\n');
  disconnectIfStalled(response, stalledReaderMs);
  const started = await subscriptions.start(args);
  const send = (result: ExecutionResult): Promise<void> | undefined =>
    sink.send(JSON.stringify(subscriptions.format(args, result) ?? result));
  if (!isResultStream(started)) {
    await send(started);
    response.end('event: complete\ndata:\n\n');
    return;
  }
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, keepAliveMs);
  const stopFollowing = streams?.onChange((isAway) => {
    if (isAway) response.destroy();
  });
  const leave = (): void => void started.return(undefined).catch(() => undefined);
  response.once('close', leave);
  try {
    if (response.destroyed) leave();
    for await (const result of started) await send(result);
    if (!response.destroyed) response.end('event: complete\ndata:\n\n');
  } finally {
    clearInterval(keepAlive);
    stopFollowing?.();
    response.off('close', leave);
  }
};
