/**
 * docker-compose.yml without an engine: reads the file and starts the processes it describes, with the commands and the
 * environment it gives them, on throwaway services in place of its images. What differs: host names become 127.0.0.1,
 * ports free ones, and the web client is served only where SITE_DIR is given.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { type Child, startChild, untilReady } from '#tests/services/child.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePorts } from '#tests/services/ports.ts';
import { type S3, startS3 } from '#tests/services/s3.ts';
import { openDevelopmentIssuer } from '../../standalone/issuer/development-issuer.ts';
import type { TestClient } from './client.ts';
import { type Parlance, signIn } from './parlance.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');
const startTimeoutMs = 110_000;

const serviceSchema = z.object({
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }),
  depends_on: z.record(z.string(), z.unknown()).default({}),
});
type ComposeService = z.infer<typeof serviceSchema>;
const composeSchema = z.object({ services: z.record(z.string(), serviceSchema) });

/** `${NAME:-default}` as compose reads it. */
const interpolate = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, byDefault: string) => variables[name] ?? byDefault);

/** Names are filled in after parsing, as compose does it: an empty value stays a string. */
const readCompose = async (
  variables: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, ComposeService>>> => {
  const document: unknown = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  return composeSchema.parse(JSON.parse(interpolate(JSON.stringify(document), variables))).services;
};

const isReady = async (url: string): Promise<boolean> => {
  const response = await fetch(url).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ?? false;
};

export interface ComposeOptions {
  /** Services that run twice. The second gateway asks the second subgraphs. */
  readonly replicas?: readonly string[];
  /** Every gateway asks all replicas of a subgraph. */
  readonly gatewaysAskAll?: boolean;
  /** Added to the environment of one service; addresses are written as in the file. */
  readonly environment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Called with each line of a process's log. */
  readonly onLogLine?: (process: string, line: string) => void;
  /** Puts a wire before a subgraph's address, `http://host:port`, for all who ask it; gives the address to ask. */
  readonly wireSubgraph?: (url: string) => Promise<string>;
}

export interface Compose extends Parlance {
  /** Address of the development issuer. */
  readonly issuerUrl: string;
  /** Process ids by the names that the file gives its services, of those that run now. */
  readonly pids: ReadonlyMap<string, number>;
  /** GraphQL of each subgraph, by its name. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  /** GraphQL of each gateway. */
  readonly gatewayUrls: readonly string[];
  /** Ends a process by the name that `pids` has it under; resolves when it is gone. */
  end(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Starts a process that was ended; resolves when it is ready. */
  start(name: string): Promise<void>;
}

/** Where the services of the file's images are on this machine. */
export interface ServiceUrls {
  readonly postgres: string;
  readonly redis: string;
  readonly rabbitmq: string;
}

/** A value of the file with this machine's addresses of what is not ours. */
const withServices = (value: string, urls: ServiceUrls, store: S3): string =>
  value
    .replace(/^s3:\/\/.*$/, store.url)
    .replace(/^postgres:\/\/.*@postgres:5432\/.*$/, urls.postgres)
    .replace(/^redis:\/\/redis:6379$/, urls.redis)
    .replace(/^amqp:\/\/.*@rabbitmq:5672$/, urls.rabbitmq)
    .replace(/^0\.0\.0\.0$/, '127.0.0.1');

/** Of a second process of a service. */
const secondSuffix = '-2';
/** In the file, the address of the gateway in a browser. */
const publishedGateway = 'http://127.0.0.1:4000';
/** In the file, the address of a service for other containers, or for browsers too. */
const addressOfService = /http:\/\/(\w+)(?:\.localhost)?:\d+([\w/]*)/g;
/** Services of the file that serve a subgraph. */
const subgraphs: readonly string[] = ['conversations', 'models', 'usage', 'safety', 'knowledge'];

/** A free port for each process of ours, by its name. */
const choosePorts = async (
  services: Readonly<Record<string, ComposeService>>,
  replicas: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> => {
  const own = Object.keys(services).filter((name) => services[name]?.command?.[0] === 'node');
  const names = [...own, ...replicas.map((name) => `${name}${secondSuffix}`)];
  const free = await freePorts(names.length);
  return new Map(names.map((name, index) => [name, String(free[index])]));
};

/** The addresses of a host as one process sees it: second processes know each other where they exist. */
const addressesSeen = (
  addresses: ReadonlyMap<string, string>,
  { by, host, asksAll }: { readonly by: string; readonly host: string; readonly asksAll: boolean },
): readonly string[] => {
  const [first, second] = [addresses.get(host), addresses.get(`${host}${secondSuffix}`)];
  const isSecond = by.endsWith(secondSuffix);
  const asked = asksAll && by.startsWith('gateway') ? [first, second] : [isSecond ? (second ?? first) : first];
  return asked.filter((address) => address !== undefined);
};

const modelsShape = z.object({ models: z.array(z.object({ id: z.string() })) });

/** Workers announce their models after they are ready. */
const untilServed = async (client: TestClient): Promise<void> => {
  await until(
    () => client.query(modelsShape, '{ models(onlyUsable: true) { id } }'),
    ({ models }) => models.length > 0,
  );
};

export const startCompose = async (urls: ServiceUrls, options: ComposeOptions = {}): Promise<Compose> => {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await startScriptedProvider());
  const store = stack.use(await startS3('parlance'));
  const services = await readCompose({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: provider.baseUrl });
  const directory = stack.use(await createDirectory());
  const ports = await choosePorts(services, options.replicas);
  const names = [...ports.keys()];

  const addresses = new Map<string, string>();
  for (const [name, port] of ports) {
    const url = `http://127.0.0.1:${port}`;
    const isSubgraph = subgraphs.includes(name.replace(secondSuffix, ''));
    addresses.set(name, isSubgraph && options.wireSubgraph ? await options.wireSubgraph(url) : url);
  }

  /** A value of the file -> what it is on this machine, for one process. */
  const here = (name: string, value: string): string =>
    withServices(value, urls, store)
      .replace(/^\/data$/, directory.path)
      .replaceAll(publishedGateway, addresses.get('gateway') ?? '')
      .replaceAll(
        addressOfService,
        (all, host: string, path: string) =>
          addressesSeen(addresses, { by: name, host, asksAll: options.gatewaysAskAll === true })
            .map((address) => `${address}${path}`)
            .join('|') || all,
      );

  const environmentOf = (name: string, service: ComposeService): Record<string, string> => {
    const onThisMachine = (given: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(given).map(([key, value]) => [key, here(name, value)]));
    const environment = onThisMachine(service.environment);
    // The image has the web client; here it is where a test built it.
    delete environment['SITE_DIR'];
    if (environment['BLOBS_URL'] !== undefined) {
      environment['AWS_ACCESS_KEY_ID'] = store.credentials.accessKeyId;
      environment['AWS_SECRET_ACCESS_KEY'] = store.credentials.secretAccessKey;
    }
    for (const key of ['PORT', 'HEALTH_PORT']) if (environment[key]) environment[key] = ports.get(name) ?? '';
    // Replies that a test leaves behind are not waited for as long as those of people.
    return {
      ...environment,
      LOG_LEVEL: 'error',
      DEMONSTRATION_MODEL: 'off',
      SHUTDOWN_GRACE_MS: '20000',
      ...onThisMachine(options.environment?.[name] ?? {}),
    };
  };

  const children = new Map<string, Child>();
  const start = async (name: string): Promise<void> => {
    const service = services[name.replace(secondSuffix, '')];
    if (!service?.command) throw new Error(`docker-compose.yml has no service ${name} of ours`);
    const [, ...args] = service.command;
    const { onLogLine } = options;
    const child = startChild(process.execPath, args, {
      environment: environmentOf(name, service),
      ...(onLogLine ? { onLogLine: (line: string) => onLogLine(name, line) } : {}),
    });
    children.set(name, child);
    const probe = service.healthcheck.test.at(-1)?.replace(/:\d+\//, `:${ports.get(name)}/`) ?? '';
    await untilReady(child, () => isReady(probe), startTimeoutMs);
  };
  stack.defer(async () => {
    await Promise.all([...children.values()].map((child) => child.end('SIGTERM')));
  });

  // Those that others wait for come first, as compose does it.
  const gateways = names.filter((name) => name.startsWith('gateway'));
  await Promise.all(names.filter((name) => !gateways.includes(name)).map(start));
  await Promise.all(gateways.map(start));

  const gatewayUrls = gateways.map((name) => `http://127.0.0.1:${ports.get(name)}/graphql`);
  const [url = ''] = gatewayUrls;
  const issuerUrl = addresses.get('issuer') ?? '';
  const issuer = await openDevelopmentIssuer(directory.path, issuerUrl);
  const clients = stack.use(new AsyncDisposableStack());
  const as = signIn(() => url, issuer, clients);
  await untilServed(await as('ada'));
  const closing = stack.move();
  return {
    url,
    subgraphUrls: Object.fromEntries(subgraphs.map((name) => [name, `${addresses.get(name)}/graphql`])),
    gatewayUrls,
    ...{ provider, issuer, issuerUrl },
    dataDirectory: directory.path,
    blobDirectory: store.directory,
    get pids() {
      return new Map([...children].map(([name, child]) => [name, child.pid]));
    },
    as,
    async end(name, signal) {
      await children.get(name)?.end(signal);
    },
    start,
    async crash(service) {
      await children.get(service)?.end('SIGKILL');
      await start(service);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
