/** The standalone as its users run it, on a disk of its own that can be filled where the machine lets us mount one. */
import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { type Child, startChild, untilReady } from '#tests/services/child.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { createClient } from '#tests/support/client.ts';
import { findUser } from '#tests/support/parlance.ts';
import { openDevelopmentIssuer } from '../../standalone/issuer/development-issuer.ts';
import { createFaultLog } from './fault-log.ts';
import type { Stored } from './gather.ts';
import type { Send } from './load.ts';
import { type Disk, decisionSeconds, type Stand, stallTimeoutMs, summariseAtPercent } from './stand.ts';

const run = promisify(execFile);
const startTimeoutMs = 60_000;
/** Enough for the database's files, little enough to be filled at once. */
const diskSize = '700m';
const fillStep = 1024 * 1024;

/** Undefined where nothing may be mounted. */
const mountDisk = async (directory: string, stack: AsyncDisposableStack): Promise<Disk | undefined> => {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${diskSize}`, 'tmpfs', directory]);
  } catch {
    return undefined;
  }
  stack.defer(async () => void (await run('umount', ['-l', directory])));
  const filler = join(directory, 'filler');
  return {
    async fill() {
      await using file = await open(filler, 'w');
      const [piece, page] = [Buffer.alloc(fillStep, 1), Buffer.alloc(4096, 1)];
      for (const bytes of [piece, page]) {
        for (;;) {
          const written = await file.write(bytes).catch(() => undefined);
          if (written?.bytesWritten !== bytes.length) break;
        }
      }
    },
    free: () => rm(filler, { force: true }),
  };
};

const storedShape = z.object({
  message: z
    .object({
      status: z.string(),
      content: z.string(),
      reasoning: z.string().nullable(),
      reuse: z.string().nullable(),
      toolCalls: z.array(
        z.object({
          arguments: z.string(),
          status: z.string(),
          decision: z.string().nullable(),
          result: z.string().nullable(),
        }),
      ),
      siblings: z.array(z.unknown()),
      usage: z.object({ outputTokens: z.number() }).nullable(),
    })
    .nullable(),
});
const storedQuery = `query($id: ID!) { message(id: $id) {
  status content reasoning reuse siblings { id } usage { outputTokens }
  toolCalls { arguments status decision result }
} }`;

export const openStandaloneStand = async (): Promise<Stand> => {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await createDirectory());
  const disk = await mountDisk(directory, stack);
  const provider = stack.use(await startScriptedProvider());
  const port = await freePort();
  const own = `http://127.0.0.1:${port}/graphql`;
  const faultLog = createFaultLog();
  const environment = {
    ...{ PORT: String(port), DATA_DIR: directory, LOG_LEVEL: 'warn', DEMONSTRATION_MODEL: 'off' },
    ...{ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: provider.baseUrl, MODEL_STALL_TIMEOUT_MS: stallTimeoutMs },
    ...{ USER_BURST: '10000', USER_RATE: '10000', TENANT_BURST: '10000', TENANT_RATE: '10000' },
    ...{ MAX_STREAMS_PER_USER: '10000', MODELS_FILE: join(import.meta.dirname, 'models.yaml') },
    ...{ WORKER_VANISHED_AFTER_MS: '60000', SUMMARISE_AT_PERCENT: summariseAtPercent },
    ...{ TOOL_PRIVATE_HOSTS: '127.0.0.1', TOOL_DECISION_SECONDS: decisionSeconds },
  };
  const isReady = async (): Promise<boolean> => {
    const response = await fetch(new URL('/health/ready', own)).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  };
  const spawn = async (): Promise<Child> => {
    const root = join(import.meta.dirname, '../..');
    const started = startChild(process.execPath, [join(root, 'standalone/main.ts')], {
      environment,
      onLogLine: (line) => faultLog.take('standalone', line),
    });
    await untilReady(started, isReady, startTimeoutMs);
    return started;
  };
  let child = await spawn();
  stack.defer(() => child.end('SIGTERM'));
  const issuer = await openDevelopmentIssuer(directory);
  const sign: Stand['sign'] = (user, roles = ['USER']) =>
    issuer.sign({ ...findUser(user), roles, scope: '', expires: '90m' });
  const wire = stack.use(await startTcpProxy(own));
  const client = stack.use(createClient(() => own, await sign('ada')));
  const readOne = async ({ messageId }: Send): Promise<Stored | undefined> => {
    const { message } = await client.query(storedShape, storedQuery, { id: messageId });
    if (!message) return undefined;
    const { status, content, reasoning, reuse, toolCalls, siblings, usage } = message;
    const bills = usage ? [{ outputTokens: usage.outputTokens, status }] : [];
    return { id: messageId, status, content, reasoning, reuse, toolCalls, replies: siblings.length, bills };
  };
  const start = async (): Promise<void> => {
    child = await spawn();
  };
  const closing = stack.move();
  return {
    provider,
    sign,
    urls: [wire.url],
    get pids() {
      return new Map([['standalone', child.pid]]);
    },
    end: (_, signal) => child.end(signal),
    start,
    wiresOf: (name) => (name === 'client' ? [wire] : []),
    stores: undefined,
    disk,
    async readStored(sends) {
      const stored = new Map<string, Stored>();
      for (const send of sends) {
        const one = await readOne(send);
        if (one) stored.set(send.messageId, one);
      }
      return stored;
    },
    async findLeftovers() {
      await child.end('SIGTERM');
      const { stdout } = await run(process.execPath, ['scripts/dead.ts', 'list'], {
        cwd: join(import.meta.dirname, '../..'),
        env: { ...process.env, DATA_DIR: directory, RABBITMQ_URL: '' },
      });
      await start();
      return stdout.split('\n').filter((line) => line !== '');
    },
    async forgetLogs() {
      await child.end('SIGTERM');
      await rm(join(directory, 'streams'), { recursive: true, force: true });
      await start();
    },
    faultLog,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
