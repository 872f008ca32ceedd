/** A client of a streamed HTTP response that exposes the body as it arrives, and stops reading when it is paused. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface BodyClient extends AsyncDisposable {
  readonly response: IncomingMessage;
  /** What has arrived so far. */
  text(): string;
  /** Resolves with the whole text once it matches. Rejects when the response ends or breaks before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves when the response is over: true for a proper end, false when it broke. */
  readonly ended: Promise<boolean>;
  /** Breaks the connection. */
  leave(): void;
}

export interface BodyRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; GET without it. */
  readonly body?: object;
}

export const openBody = async (url: string, { headers, body }: BodyRequest): Promise<BodyClient> => {
  const asked = request(url, {
    method: body ? 'POST' : 'GET',
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
  });
  asked.on('error', () => {});
  asked.end(body && JSON.stringify(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  let text = '';
  let isOver = false;
  response.setEncoding('utf8');
  response.on('error', () => {});
  const ended = new Promise<boolean>((resolve) => {
    response.once('close', () => {
      isOver = true;
      resolve(response.complete);
    });
  });
  response.on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    response,
    text: () => text,
    async until(pattern) {
      while (!pattern.test(text)) {
        if (isOver) throw new Error(`over before ${pattern}: ${text}`);
        await Promise.race([once(response, 'data'), ended]);
      }
      return text;
    },
    ended,
    leave: () => asked.destroy(),
    async [Symbol.asyncDispose]() {
      asked.destroy();
      await ended;
    },
  };
};
