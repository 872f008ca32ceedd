/**
 * Subscriptions over server-sent events, each a request of its own (GraphQL over SSE, distinct connections mode), for
 * networks that block WebSockets. A response that is silent for longer than the server's keep-alive is given up. In a
 * page, whose connections are few, hints are not connected: their callers read again every few seconds.
 */
import { pause } from '../backoff.ts';
import { type GivenError, signedOut } from '../errors.ts';
import type { Credential, Session } from '../session.ts';
import { createEventStreamParser } from './event-stream-parser.ts';
import { isPage, takePlace } from './page-connections.ts';
import {
  isSignInFault,
  type StreamRequest,
  type StreamResult,
  type StreamSink,
  type StreamTransport,
  withoutReason,
} from './transport.ts';

export interface SseTransportOptions {
  readonly url: string;
  readonly session: Session;
  readonly fetch: typeof fetch;
}

/** Milliseconds without a byte; the server sends a comment every 12 seconds. */
const silenceTimeoutMs = 30_000;
/**
 * Milliseconds after which who follows hints in a page reads again. More than `stableAfterMs` of reconnect-policy.ts,
 * so that the end of the wait does not count as a failure in a row.
 */
const readAgainAfterMs = 12_000;

/** The error in a response that is not a stream; undefined where an intermediary sent the response. */
const refusalIn = async (response: Response): Promise<GivenError | undefined> => {
  const isSignedOut = response.status === 401;
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  if (!isJson) return isSignedOut ? signedOut : undefined;
  const result: StreamResult<unknown> = await response.json();
  return result.errors?.[0] ?? (isSignedOut ? signedOut : withoutReason);
};

/** Reports the stream to the sink until it ends or is left. */
const follow = async <Data>(
  { url, session, fetch: send }: SseTransportOptions,
  { query, variables }: StreamRequest,
  sink: StreamSink<Data>,
  leaving: AbortController,
): Promise<void> => {
  const giveBack = await takePlace(leaving.signal);
  let reached = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restartTimer = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => leaving.abort(new Error('the server is silent')), silenceTimeoutMs);
  };
  const refuse = (error: GivenError, credential: Credential): void => {
    if (isSignInFault(error)) session.refuse(credential);
    sink.refused(error);
  };
  try {
    restartTimer();
    const credential = await session.credential();
    const response = await send(url, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...credential.headers,
      },
      credentials: 'same-origin',
      body: JSON.stringify({ query, variables }),
      signal: leaving.signal,
    });
    if (!response.ok || !response.body || !/event-stream/.test(response.headers.get('content-type') ?? '')) {
      const refusal = await refusalIn(response);
      if (refusal) refuse(refusal, credential);
      else sink.lost(new Error(`The response has status ${response.status}.`), false);
      return;
    }
    reached = true;
    const parse = createEventStreamParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      restartTimer();
      for (const { event, data } of parse(piece.value)) {
        if (leaving.signal.aborted) return;
        if (event === 'complete') {
          sink.complete();
          return;
        }
        if (event !== 'next') continue;
        const result: StreamResult<Data> = JSON.parse(data);
        const [error] = result.data ? [] : (result.errors ?? []);
        if (error) {
          refuse(error, credential);
          return;
        }
        sink.next(result);
      }
    }
    sink.lost(new Error('The stream was cut off.'), reached);
  } catch (cause) {
    sink.lost(cause, reached);
  } finally {
    clearTimeout(timer);
    leaving.abort();
    giveBack();
  }
};

/** Completes after a while, in place of a connection. */
const wait = <Data>(sink: StreamSink<Data>, leaving: AbortController): Promise<void> =>
  pause(readAgainAfterMs, leaving.signal).then(() => {
    if (leaving.signal.aborted) sink.lost(leaving.signal.reason, false);
    else sink.complete();
  });

export const createSseTransport = (options: SseTransportOptions): StreamTransport => {
  const running = new Set<AbortController>();
  return {
    open(request, sink) {
      const leaving = new AbortController();
      running.add(leaving);
      let isOver = false;
      const guarded =
        <Args extends unknown[]>(act: (...args: Args) => void, ends: boolean) =>
        (...args: Args): void => {
          if (isOver) return;
          isOver = ends;
          act(...args);
        };
      const own = {
        next: guarded(sink.next, false),
        refused: guarded(sink.refused, true),
        complete: guarded(sink.complete, true),
        lost: guarded(sink.lost, true),
      };
      const end = request.isHint && isPage() ? wait(own, leaving) : follow(options, request, own, leaving);
      void end.finally(() => running.delete(leaving));
      return () => {
        isOver = true;
        leaving.abort();
      };
    },
    // Each response showed its sign-in by itself, and ends with it.
    reconnect() {},
    close() {
      for (const leaving of running) leaving.abort(new Error('the client was closed'));
    },
  };
};
