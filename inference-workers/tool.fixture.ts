/** A worker for tests (worker.fixture.ts) with a tool: a real HTTP server that returns the weather of a city. */
import type { ServerResponse } from 'node:http';
import type { ReplyJob, Tool } from '#contracts/generation-job.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { startToolServer, type ToolServer } from '#tests/tool-server/tool-server.ts';
import { candidateOf, openWorkerFixture, type WorkerFixture } from './worker.fixture.ts';

/** Calls as models write them. */
export const bonn = { name: 'weather', arguments: '{"city":"Bonn"}' };
export const köln = { name: 'weather', arguments: '{"city":"Köln"}' };
export const knowsTools = candidateOf('openai/scripted', { capabilities: ['TOOLS'] });

export const callsIn = (entries: readonly StreamEntry[]) =>
  entries.flatMap(({ event }) => ('toolCall' in event ? [{ type: event.type, ...event.toolCall }] : []));

export const toolAt = (url: string): Tool => ({
  name: 'weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  url,
  timeoutMs: 600_000,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});

/** The response of the tool unless a test gives another one. */
export const respondWithWeather = (
  response: ServerResponse,
  { body }: { readonly body: ToolServer['calls'][number]['body'] },
): void => {
  response.end(`rain-in-${body.arguments['city']}`);
};

export interface ToolFixture extends WorkerFixture {
  readonly tool: ToolServer;
  startToolWorker(options?: Parameters<WorkerFixture['startWorker']>[0]): ReturnType<WorkerFixture['startWorker']>;
  sendWithTool(prompt: string, changes?: Partial<ReplyJob>): Promise<string>;
}

export const openToolFixture = async (
  respond: Parameters<typeof startToolServer>[0] = respondWithWeather,
): Promise<ToolFixture> => {
  await using opened = new AsyncDisposableStack();
  const tool = opened.use(await startToolServer(respond));
  const fixture = opened.use(await openWorkerFixture());
  const closing = opened.move();
  return {
    ...fixture,
    tool,
    startToolWorker: ({ settings, ...options } = {}) =>
      fixture.startWorker({ ...options, settings: { privateToolHosts: [tool.host], ...settings } }),
    sendWithTool: (prompt, changes = {}) =>
      fixture.send(prompt, { tools: [toolAt(tool.url)], candidates: [knowsTools], ...changes }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
