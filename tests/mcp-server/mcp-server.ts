/** Starts an MCP server for tests (main.ts) as a process of its own, and sets what it does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { McpState } from './mcp-state.ts';

export const mcpProtocols = ['stateless', 'sessions'] as const;

const askedSchema = z.object({
  asked: z.array(
    z.object({
      method: z.string(),
      authorization: z.string().optional(),
      tool: z.string().optional(),
      arguments: z.unknown().optional(),
    }),
  ),
  sessions: z.number(),
});

export interface McpServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  readonly tokenUrl: string;
  set(state: McpState): Promise<void>;
  /** Every request so far, and the sessions that are open. */
  asked(): Promise<z.infer<typeof askedSchema>>;
}

export const startMcpServer = async (protocol: (typeof mcpProtocols)[number] = 'stateless'): Promise<McpServer> => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, protocol], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [port] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error('the MCP server of the test did not start'))),
  ]);
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: `http://${host}/mcp`,
    tokenUrl: `http://${host}/token`,
    async set(state) {
      await fetch(`http://${host}/state`, { method: 'PUT', body: JSON.stringify(state) });
    },
    asked: async () => askedSchema.parse(await (await fetch(`http://${host}/state`)).json()),
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
};
