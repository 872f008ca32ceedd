/** A worker for tests (worker.fixture.ts) whose one model is behind a real server that speaks Anthropic's format. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { openWorkerFixture, type WorkerFixture } from '../../worker.fixture.ts';
import { openProviderConnections } from '../provider-connections.ts';
import { createModelRegistry } from '../registry.ts';
import { createAnthropicModel } from './anthropic-model.ts';

export interface ScriptedResponse {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

interface AnthropicEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export const sentEvents = (...events: readonly AnthropicEvent[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

export const messageStart = {
  type: 'message_start',
  message: {
    id: 'm',
    role: 'assistant',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 11, output_tokens: 1 },
  },
};
export const textDelta = (text: string) => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
});
export const textBlock = (text: string) => [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  textDelta(text),
  { type: 'content_block_stop', index: 0 },
];
export const messageEnd = (stop_reason: string | null) => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
];

export interface AnthropicFixture extends WorkerFixture {
  /** The bodies of the requests. */
  readonly asked: readonly unknown[];
}

/** The response to a request, by its body. */
export type Respond = (asked: unknown) => ScriptedResponse | undefined;

/** Starts a worker too. @param scripts in their order, the last one repeated; or a function. */
export const openAnthropicFixture = async (
  ...scripts: readonly ScriptedResponse[] | readonly [Respond]
): Promise<AnthropicFixture> => {
  await using opened = new AsyncDisposableStack();
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push(JSON.parse(body));
    const next = scripts[asked.length - 1] ?? scripts.at(-1);
    const script = typeof next === 'function' ? next(asked.at(-1)) : next;
    response.writeHead(script?.status ?? 200, { 'content-type': script?.type ?? 'text/event-stream' });
    response.end(script?.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  opened.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`;
  const { dispatcher } = opened.use(openProviderConnections(2_000));
  const fixture = opened.use(await openWorkerFixture());
  const [served] = fixture.registry.models.filter(({ modelId }) => modelId === 'openai/scripted');
  if (served === undefined) throw new Error('The fixture serves no such model.');
  const model = createAnthropicModel({ provider: 'anthropic', baseUrl, apiKey: 'key', model: 'claude', dispatcher });
  await fixture.startWorker({ registry: createModelRegistry([{ ...served, model, trimsPrefix: true }]) });
  const closing = opened.move();
  return { ...fixture, asked, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
