/** A worker for tests (worker.fixture.ts) with one provider, whose server is real and speaks its dialect. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { parseModelsFile } from '#kernel/catalogue/models-file.ts';
import { createLogger } from '#kernel/log.ts';
import { startToolServer, type ToolServer } from '#tests/tool-server/tool-server.ts';
import { toolAt } from '../tool.fixture.ts';
import { candidateOf, openWorkerFixture, type WorkerFixture } from '../worker.fixture.ts';
import type { Dialect, Refusal } from './dialects.fixture.ts';
import { discoverModels } from './discover-models.ts';

export interface AskedRequest extends Pick<IncomingMessage, 'url' | 'headers'> {
  readonly body: unknown;
}

/** Pieces of a response, a refusal, or what writes the response. */
export type Response = readonly Uint8Array[] | Refusal | ((response: ServerResponse) => void);

export interface DialectFixture extends WorkerFixture {
  readonly asked: readonly AskedRequest[];
  readonly tool: ToolServer;
  /** Ids of the models that the worker serves of the provider. */
  readonly served: readonly string[];
  /** Publishes a job for the provider's model; returns the message id. */
  ask(prompt: string, changes?: Partial<ReplyJob>): Promise<string>;
  askWithTool(prompt: string, changes?: Partial<ReplyJob>): Promise<string>;
}

const respond = (script: Response | undefined, response: ServerResponse): void => {
  if (script === undefined) {
    response.writeHead(500).end();
  } else if (typeof script === 'function') {
    script(response);
  } else if ('status' in script) {
    response.writeHead(script.status, { 'content-type': 'application/json' }).end(script.body);
  } else {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of script) response.write(piece);
    response.end();
  }
};

export interface DialectOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly modelId?: string;
}

/** Starts a worker too. @param scripts in their order, the last one repeated. */
export const openDialectFixture = async (
  dialect: Dialect,
  scripts: readonly Response[],
  { environment, modelId = dialect.modelId }: DialectOptions = {},
): Promise<DialectFixture> => {
  await using opened = new AsyncDisposableStack();
  const asked: AskedRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push({ url: request.url, headers: request.headers, body: JSON.parse(body) });
    respond(scripts[asked.length - 1] ?? scripts.at(-1), response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  opened.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const tool = opened.use(await startToolServer((response) => response.end('rain')));
  const [provider] = modelId.split('/', 1);
  const file = parseModelsFile(`
providers: [${dialect.provider}]
models:
  - { id: "${modelId}", displayName: M, provider: ${provider}, pool: EXTERNAL, contextWindow: 200000, maxOutputTokens: 64000, price: { input: "1", cachedInput: "1", output: "1" } }
`);
  const registry = opened.use(
    await discoverModels(
      {
        environment: { ...dialect.environment(origin), ...environment },
        connectTimeoutMs: 2_000,
        discoveryTimeoutMs: 2_000,
        discoveryEveryMs: 0,
        demonstrationTokensPerSecond: undefined,
        llama: undefined,
      },
      file,
      createLogger('test', 'silent'),
    ),
  );
  const fixture = opened.use(await openWorkerFixture());
  await fixture.startWorker({ registry, settings: { privateToolHosts: [tool.host] } });
  const large = { contextWindow: 200_000, maxOutputTokens: 64_000 };
  const candidates = [candidateOf('openai/scripted', { modelId, capabilities: ['TOOLS'], ...large })];
  const ask: DialectFixture['ask'] = (prompt, changes) => fixture.send(prompt, { candidates, ...changes });
  const closing = opened.move();
  return {
    ...fixture,
    asked,
    tool,
    served: registry.models.map((model) => model.modelId),
    ask,
    askWithTool: (prompt, changes) => ask(prompt, { tools: [toolAt(tool.url)], ...changes }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
