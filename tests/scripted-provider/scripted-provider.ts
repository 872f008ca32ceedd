/**
 * A model provider for tests: a real HTTP server that speaks OpenAI's streaming format and fails on request. It records
 * what was asked and what became of each connection. Invariant: per word it writes bytes that were made before, so a
 * benchmark measures the other side.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { asksForTitle, chatRequestSchema, isAskedAgain, promptOf } from './chat-request.ts';
import { type RecordedRequest, recordRequest } from './record-request.ts';
import { parseScript, type Script, type ScriptInput, scriptOfPrompt, textOf } from './script.ts';
import { streamScript } from './stream-script.ts';
import { summaryScript } from './summary-script.ts';
import { errorBody, usageOf } from './wire.ts';

export interface ScriptedProvider extends AsyncDisposable {
  readonly port: number;
  /** For OPENAI_BASE_URL: ends in /v1. */
  readonly baseUrl: string;
  /** The latest requests, oldest first; a thousand at most. */
  readonly requests: readonly RecordedRequest[];
  readonly openSockets: number;
  /** Sockets since the start. */
  readonly socketsEver: number;
  /** Scripts for the next requests for replies and summaries, before what their prompts say. */
  queue(...scripts: readonly ScriptInput[]): void;
  /** Scripts for the next requests for titles, which come whenever a conversation has its first reply. */
  queueForTitle(...scripts: readonly ScriptInput[]): void;
  /** The next request that arrives. */
  nextRequest(): Promise<RecordedRequest>;
}

/** Names that `GET /v1/models` lists. */
const modelNames = ['gpt-4o-mini', 'scripted'];
const requestsKept = 1000;

const noFaults = {
  body: undefined,
  location: undefined,
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

/** Sends the body that the script gives. */
const sendVerbatim = (
  response: ServerResponse,
  { body = '', type, gzip, location, status = 200, stall }: Script,
): void => {
  response.writeHead(status, {
    'content-type': type,
    ...(gzip === 'yes' ? { 'content-encoding': 'gzip' } : {}),
    ...(location === undefined ? {} : { location }),
  });
  response.write(gzip === 'yes' ? gzipSync(body) : body);
  if (stall === undefined) response.end();
};

/** @param port 0 for any free one. */
export const startScriptedProvider = async (port = 0): Promise<ScriptedProvider> => {
  const requests: RecordedRequest[] = [];
  const queued: Script[] = [];
  const queuedForTitle: Script[] = [];
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

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.endsWith('/models')) {
      return sendJson(response, 200, JSON.stringify({ object: 'list', data: modelNames.map((id) => ({ id })) }));
    }
    const body = chatRequestSchema.parse(JSON.parse(await bodyOf(request)));
    const prompt = promptOf(body);
    const own = summaryScript(body) ?? scriptOfPrompt(prompt, isAskedAgain(body));
    const next = (asksForTitle(body) ? queuedForTitle : queued).shift();
    const script = scriptFor(next ?? own, prompt);
    const exchange = { body, script, request, response };
    const notes = recordRequest(exchange, (recorded) => {
      requests.push(recorded);
      if (requests.length > requestsKept) requests.shift();
      arrivals.shift()?.(recorded);
    });
    if (script.body !== undefined || script.location !== undefined) return sendVerbatim(response, script);
    if (script.status !== undefined) {
      const wait = script['retry-after'];
      return sendJson(
        response,
        script.status,
        errorBody(script, prompt),
        wait === undefined ? {} : { 'retry-after': String(wait) },
      );
    }
    if (body.stream === true) return streamScript(exchange, notes);
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
    queueForTitle: (...scripts) => {
      queuedForTitle.push(...scripts.map(parseScript));
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
