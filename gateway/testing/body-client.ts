/** A client of a streamed HTTP answer that shows the body as it comes and reads no further than it is told to. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface BodyClient extends AsyncDisposable {
  readonly answer: IncomingMessage;
  /** What came so far. */
  text(): string;
  /** Resolves with the whole text once it matches; rejects when the answer ends or breaks off before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves when it is over: true for a proper end, false where it broke off. */
  readonly ended: Promise<boolean>;
  /** Breaks off. */
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
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  let text = '';
  let isOver = false;
  answer.setEncoding('utf8');
  answer.on('error', () => {});
  const ended = new Promise<boolean>((resolve) => {
    answer.once('close', () => {
      isOver = true;
      resolve(answer.complete);
    });
  });
  answer.on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    answer,
    text: () => text,
    async until(pattern) {
      while (!pattern.test(text)) {
        if (isOver) throw new Error(`over before ${pattern}: ${text}`);
        await Promise.race([once(answer, 'data'), ended]);
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
