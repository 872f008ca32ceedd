/**
 * A subgraph's subscription as a streamed response, for routers that do not ask over WebSocket: server-sent events, or
 * multipart. Invariants: a reader that is behind stops its own stream, and one that reads nothing is cut off; a stream
 * that this process has to give up is cut, and only one that ended is completed.
 */
import type { ServerResponse } from 'node:http';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { StoreWatch } from '../connections/store-watch.ts';
import { AppError } from '../errors.ts';
import { disconnectIfStalled } from '../process/stalled-clients.ts';
import type { StreamFormat } from '../result-streams/stream-format.ts';
import type { RawSink } from './raw-stream.ts';
import { isResultStream, type Subscriptions } from './subscriptions.ts';

/** Milliseconds between two signs of life. */
const keepAliveMs = 12_000;
const defaultStalledReaderMs = 30_000;
/** Milliseconds that a router is advised to wait when the store of streams is away. */
const awayRetryAfterMs = 1_000;

/** Resolves when the response has space again or is closed. */
const drained = async (response: ServerResponse): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
};

const createSink = (response: ServerResponse, format: StreamFormat): RawSink => ({
  isOpen: () => !response.destroyed,
  send: (payload) => (response.write(format.next(Buffer.from(payload), undefined)) ? undefined : drained(response)),
});

export interface HttpSubscriptionOptions {
  readonly subscriptions: Subscriptions;
  /** The store that feeds subscriptions. Undefined: it counts as present. */
  readonly streams?: StoreWatch | undefined;
  /** Milliseconds after which a reader that is behind and reads nothing is cut off. Default 30,000. */
  readonly stalledReaderMs?: number | undefined;
}

/** Sends one subscription; resolves at its end. Throws SUBGRAPH_UNAVAILABLE while the store of streams is away. */
export const serveHttpSubscription = async (
  { subscriptions, streams, stalledReaderMs = defaultStalledReaderMs }: HttpSubscriptionOptions,
  response: ServerResponse,
  format: StreamFormat,
  prepare: (sink: RawSink) => ExecutionArgs,
): Promise<void> => {
  if (streams?.isAway) {
    throw new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is away for a moment. Try again.', {
      retryAfterMs: awayRetryAfterMs,
    });
  }
  const sink = createSink(response, format);
  const args = prepare(sink);
  response.writeHead(200, { 'content-type': format.contentType, 'cache-control': 'no-cache' });
  response.write(format.head);
  disconnectIfStalled(response, stalledReaderMs);
  const started = await subscriptions.start(args);
  const send = (result: ExecutionResult): Promise<void> | undefined =>
    sink.send(JSON.stringify(subscriptions.format(args, result) ?? result));
  if (!isResultStream(started)) {
    await send(started);
    response.end(format.completion);
    return;
  }
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) response.write(format.keepAlive);
  }, keepAliveMs);
  const stopFollowing = streams?.onChange((isAway) => {
    if (isAway) response.destroy();
  });
  const leave = (): void => void started.return(undefined).catch(() => undefined);
  response.once('close', leave);
  try {
    if (response.destroyed) leave();
    for await (const result of started) await send(result);
    if (!response.destroyed) response.end(format.completion);
  } finally {
    clearInterval(keepAlive);
    stopFollowing?.();
    response.off('close', leave);
  }
};
