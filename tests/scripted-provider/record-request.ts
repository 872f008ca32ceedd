/** What is known of a request afterwards: what was asked, how far the reply came, and how the connection ended. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatRequest } from './chat-request.ts';
import type { Script } from './script.ts';

export interface RecordedRequest {
  readonly body: ChatRequest;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly script: Script;
  /** Words written so far. */
  readonly words: number;
  /** Resolves when the last of `count` words was written. */
  wrote(count: number): Promise<void>;
  /** How the exchange ended: the reply was complete, this server cut it, or the client closed the socket. */
  readonly ended: Promise<'complete' | 'cut' | 'closed by client'>;
}

/** One request and how it is replied to. */
export interface Exchange {
  readonly body: ChatRequest;
  readonly script: Script;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What the writer of a reply notes. */
export interface ExchangeNotes {
  noteWords(count: number): void;
  /** Cuts the connection. */
  cut(): void;
}

/** @param keep called once with the request, before it is replied to */
export const recordRequest = (
  { body, script, request, response }: Exchange,
  keep: (recorded: RecordedRequest) => void,
): ExchangeNotes => {
  const ended = Promise.withResolvers<'complete' | 'cut' | 'closed by client'>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let words = 0;
  let cut = false;
  response.on('close', () => ended.resolve(response.writableFinished ? 'complete' : cut ? 'cut' : 'closed by client'));
  const recorded: RecordedRequest = {
    body,
    headers: request.headers,
    script,
    get words() {
      return words;
    },
    wrote(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (words >= count) resolve();
      else waiting.push({ count, resolve });
      return promise;
    },
    ended: ended.promise,
  };
  keep(recorded);
  return {
    noteWords(count: number): void {
      words = count;
      for (const { count: wanted, resolve } of waiting) if (words >= wanted) resolve();
    },
    cut(): void {
      cut = true;
      response.socket?.destroySoon();
    },
  };
};
