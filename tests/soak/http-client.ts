/** The gateway over HTTP: one result, or a stream of server-sent events. A signal ends it early. */
import { Pool } from 'undici';

export interface HttpResult {
  readonly status: number;
  readonly body: unknown;
}

export interface StreamedEvent {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface HttpClient extends AsyncDisposable {
  ask(request: Request, signal: AbortSignal): Promise<HttpResult>;
  /** Ends with the result; breaks off by a throw. @param after the id of the last event that is known. */
  stream(request: Request, after: string | undefined, signal: AbortSignal): AsyncGenerator<StreamedEvent>;
}

const parseEvent = (text: string): StreamedEvent | undefined => {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf(':');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trimStart());
  }
  const type = fields.get('event');
  const data = fields.get('data') ?? '';
  return type === undefined
    ? undefined
    : { type, id: fields.get('id'), data: data === '' ? undefined : JSON.parse(data) };
};

/** @param connections at most; each carries one request at a time. */
export const createHttpClient = (port: number, connections: number): HttpClient => {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const post = (request: Request, headers: Record<string, string>, signal: AbortSignal) =>
    pool.request({
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(request),
      signal,
    });
  return {
    async ask(request, signal) {
      const { statusCode, body } = await post(request, { accept: 'application/json' }, signal);
      return { status: statusCode, body: await body.json() };
    },
    async *stream(request, after, signal) {
      const resume = after === undefined ? {} : { 'last-event-id': after };
      const { statusCode, body } = await post(request, { accept: 'text/event-stream', ...resume }, signal);
      if (statusCode !== 200) throw new Error(`the response to a stream was ${statusCode}: ${await body.text()}`);
      let text = '';
      body.setEncoding('utf8');
      for await (const chunk of body) {
        text += String(chunk);
        for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
          const event = parseEvent(text.slice(0, end));
          text = text.slice(end + 2);
          if (event) yield event;
        }
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
};
