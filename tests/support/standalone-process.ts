/** The standalone as its users run it: one process on embedded defaults, in a data directory of its own. */
import { join } from 'node:path';
import { startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { type Child, startChild, untilReady } from '#tests/services/child.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { freePort } from '#tests/services/ports.ts';
import { openDevelopmentIssuer } from '../../standalone/issuer/development-issuer.ts';
import { type Parlance, signIn } from './parlance.ts';

const root = join(import.meta.dirname, '../..');
const startTimeoutMs = 110_000;

export interface StandaloneOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each line of its log. */
  readonly onLogLine?: (line: string) => void;
}

const answersReady = async (url: string): Promise<boolean> => {
  const response = await fetch(new URL('/health/ready', url)).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ?? false;
};

export const startStandalone = async (options: StandaloneOptions = {}): Promise<Parlance> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  await copyCluster(directory.path);
  const provider = stack.use(await startScriptedProvider());
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}/graphql`;
  const environment = {
    PORT: String(port),
    DATA_DIR: directory.path,
    LOG_LEVEL: 'error',
    OPENAI_API_KEY: 'test',
    OPENAI_BASE_URL: provider.baseUrl,
    DEMONSTRATION_MODEL: 'off',
    ...options.environment,
  };
  const start = async (): Promise<Child> => {
    const { onLogLine } = options;
    const child = startChild(process.execPath, [join(root, 'standalone/main.ts')], {
      environment,
      ...(onLogLine ? { onLogLine } : {}),
    });
    await untilReady(child, () => answersReady(url), startTimeoutMs);
    return child;
  };
  let child = await start();
  stack.defer(() => child.end('SIGTERM'));
  const issuer = await openDevelopmentIssuer(directory.path);
  const clients = stack.use(new AsyncDisposableStack());
  const closing = stack.move();
  return {
    url,
    provider,
    issuer,
    dataDirectory: directory.path,
    blobDirectory: join(directory.path, 'blobs'),
    as: signIn(() => url, issuer, clients),
    async crash() {
      await child.end('SIGKILL');
      child = await start();
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
