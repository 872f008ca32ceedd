/** A tool for tests: a real HTTP server that records how it is called and replies by script. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { z } from 'zod';

export interface RecordedCall {
  readonly headers: IncomingHttpHeaders;
  /** As it came, for its signature. */
  readonly text: string;
  readonly body: z.infer<typeof bodySchema>;
  /** Resolves when the caller has the reply, or has left. */
  readonly ended: Promise<'responded' | 'left'>;
}

export interface ToolServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  /** Oldest first. */
  readonly calls: readonly RecordedCall[];
  readonly connections: number;
  /** The next call that arrives. */
  nextCall(): Promise<RecordedCall>;
}

const bodySchema = z.looseObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) });

/** @param reply ends the response, or leaves it open. */
export const startToolServer = async (
  reply: (response: ServerResponse, call: RecordedCall) => void,
): Promise<ToolServer> => {
  const calls: RecordedCall[] = [];
  const arrivals: ((call: RecordedCall) => void)[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const ended = Promise.withResolvers<'responded' | 'left'>();
    response.on('close', () => ended.resolve(response.writableFinished ? 'responded' : 'left'));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    const call = {
      headers: request.headers,
      text,
      body: bodySchema.parse(JSON.parse(text)),
      ended: ended.promise,
    };
    calls.push(call);
    arrivals.shift()?.(call);
    reply(response, call);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    host,
    url: `http://${host}/tool`,
    calls,
    get connections() {
      return connections;
    },
    nextCall() {
      const { promise, resolve } = Promise.withResolvers<RecordedCall>();
      arrivals.push(resolve);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
