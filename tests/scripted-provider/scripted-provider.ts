/**
 * A model provider for tests: a real HTTP server that speaks OpenAI's streaming format and fails on request. It records
 * what was asked and what became of each connection. Invariant: per word it writes bytes that were made before, so a
 * benchmark measures the other side.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ChatRequest, callsAreDue, chatRequestSchema, promptOf, toolResultsOf } from './chat-request.ts';
import { parseScript, type Script, type ScriptInput, scriptOfPrompt, textOf } from './script.ts';
import {
  callEvents,
  closingEvents,
  errorBody,
  garbageEvent,
  roleEvent,
  textEvent,
  tokensPerCall,
  usageOf,
  wordEvent,
} from './wire.ts';

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

export interface ScriptedProvider extends AsyncDisposable {
  readonly port: number;
  /** For OPENAI_BASE_URL: ends in /v1. */
  readonly baseUrl: string;
  /** The latest requests, oldest first; a thousand at most. */
  readonly requests: readonly RecordedRequest[];
  readonly openSockets: number;
  /** Sockets since the start. */
  readonly socketsEver: number;
  /** Scripts for the next requests, before what their prompts say. */
  queue(...scripts: readonly ScriptInput[]): void;
  /** The next request that arrives. */
  nextRequest(): Promise<RecordedRequest>;
}

/** Names that `GET /v1/models` lists. */
const modelNames = ['gpt-4o-mini', 'scripted'];
const requestsKept = 1000;

const noFaults = {
  status: undefined,
  stall: undefined,
  cut: undefined,
  end: undefined,
  garbage: undefined,
  torn: 'no',
} as const;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

const sendJson = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};

/** @param port 0 for any free one. */
export const startScriptedProvider = async (port = 0): Promise<ScriptedProvider> => {
  const requests: RecordedRequest[] = [];
  const queued: Script[] = [];
  const arrivals: ((request: RecordedRequest) => void)[] = [];
  const failures = new Map<string, number>();
  const sockets = new Set<Socket>();
  let socketsEver = 0;

  /** The script for this request: without its faults when so many requests had them as it says. */
  const scriptFor = (script: Script, prompt: string): Script => {
    if (script.times === 0) return script;
    const before = failures.get(prompt) ?? 0;
    failures.set(prompt, before + 1);
    return before < script.times ? script : { ...script, ...noFaults };
  };

  const record = (body: ChatRequest, script: Script, request: IncomingMessage, response: ServerResponse) => {
    const ended = Promise.withResolvers<'complete' | 'cut' | 'closed by client'>();
    const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
    let words = 0;
    let cut = false;
    response.on('close', () =>
      ended.resolve(response.writableFinished ? 'complete' : cut ? 'cut' : 'closed by client'),
    );
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
    requests.push(recorded);
    if (requests.length > requestsKept) requests.shift();
    arrivals.shift()?.(recorded);
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

  const stream = (
    body: ChatRequest,
    script: Script,
    response: ServerResponse,
    notes: ReturnType<typeof record>,
  ): void => {
    const last = body.messages.at(-1);
    const calls = callsAreDue(body, script) ? script.calls : [];
    const tokens = calls.length > 0 ? script.lead : script.tokens;
    const results = calls.length > 0 ? '' : toolResultsOf(body);
    const given = last?.role === 'assistant' && last.tool_calls === undefined ? (last.content ?? '') : '';
    const prefix = (results + textOf(tokens)).startsWith(given) ? given : '';
    const wordsGiven = prefix.slice(results.length).trimEnd();
    const { stall, cut, end: ends, garbage } = script;
    const end = Math.min(tokens, ...[stall, cut, ends, garbage].map((at) => at ?? Infinity));
    let next = wordsGiven === '' ? 0 : wordsGiven.split(' ').length;
    const sent = next;
    // What the tools said, or the rest of the word that the prefix ends in.
    const rest = (results + textOf(next)).slice(prefix.length);
    const reportsUsage = body.stream_options?.include_usage === true && script.usage === 'yes';
    const close = (reason: Parameters<typeof closingEvents>[0], outputTokens: number): void => {
      const usage = script.says ?? JSON.stringify(usageOf(outputTokens));
      response.end(closingEvents(reason, reportsUsage ? usage : undefined));
    };
    const finish = (): void => {
      if (cut !== undefined) notes.cut();
      if (garbage !== undefined) response.write(garbageEvent);
      if (cut !== undefined || stall !== undefined) return;
      if (garbage !== undefined || ends !== undefined) response.end();
      else if (calls.length === 0) close(script.finish, tokens - sent);
      else {
        response.write(callEvents(calls, script.torn === 'yes'));
        if (script.torn === 'yes') notes.cut();
        else close('tool_calls', tokens + calls.length * tokensPerCall);
      }
    };
    /** Writes the words up to an index; false when the socket wants a pause. */
    const writeTo = (limit: number): boolean => {
      let bytes = '';
      for (; next < limit; next += 1) bytes += wordEvent(next);
      const more = bytes === '' || response.write(bytes);
      notes.noteWords(next);
      return more;
    };
    const begin = (): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(roleEvent + (rest === '' ? '' : textEvent(rest)));
      if (script.pace > 0) {
        const startedAt = performance.now();
        const first = next;
        writeTo(Math.min(end, first + 1));
        const timer = setInterval(() => {
          if (next >= end) {
            clearInterval(timer);
            finish();
            return;
          }
          const due = first + 1 + Math.floor((performance.now() - startedAt) / script.pace);
          writeTo(Math.min(end, due));
        }, script.pace);
        response.on('close', () => clearInterval(timer));
        return;
      }
      const pump = (): void => {
        while (next < end && !response.destroyed) if (!writeTo(Math.min(end, next + 64))) break;
        if (next >= end) finish();
        else response.once('drain', pump);
      };
      pump();
    };
    if (script.delay === 0) begin();
    else {
      const timer = setTimeout(begin, script.delay);
      response.on('close', () => clearTimeout(timer));
    }
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.endsWith('/models')) {
      return sendJson(response, 200, JSON.stringify({ object: 'list', data: modelNames.map((id) => ({ id })) }));
    }
    const body = chatRequestSchema.parse(JSON.parse(await bodyOf(request)));
    const prompt = promptOf(body);
    const script = scriptFor(queued.shift() ?? scriptOfPrompt(prompt), prompt);
    const notes = record(body, script, request, response);
    if (script.status !== undefined) {
      const wait = script['retry-after'];
      return sendJson(
        response,
        script.status,
        errorBody(script),
        wait === undefined ? {} : { 'retry-after': String(wait) },
      );
    }
    if (body.stream === true) return stream(body, script, response, notes);
    const message = { role: 'assistant', content: textOf(script.tokens) };
    const choices = [{ index: 0, message, finish_reason: script.finish }];
    sendJson(
      response,
      200,
      JSON.stringify({
        id: 'chatcmpl-scripted',
        object: 'chat.completion',
        created: 0,
        model: 'scripted',
        choices,
        usage: usageOf(script.tokens),
      }),
    );
  };

  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
    respond(request, response).catch((fault: unknown) => {
      sendJson(response, 400, JSON.stringify({ error: { message: String(fault), type: 'invalid_request_error' } }));
    });
  });
  server.on('connection', (socket) => {
    socketsEver += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo; // A TCP server that listens has one.
  return {
    port: address.port,
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    get openSockets() {
      return sockets.size;
    },
    get socketsEver() {
      return socketsEver;
    },
    queue: (...scripts) => {
      queued.push(...scripts.map(parseScript));
    },
    nextRequest() {
      const { promise, resolve } = Promise.withResolvers<RecordedRequest>();
      arrivals.push(resolve);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
