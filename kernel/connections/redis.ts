/**
 * The one door to Redis, single or cluster: a connection for commands and another for subscriptions, both with
 * TCP_NODELAY. Invariant: a subscriber hears of every reconnect (`interrupted`), once its subscription is in force
 * again, because messages published meanwhile are lost.
 */
import { createHash } from 'node:crypto';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../log.ts';
import { backoffMs } from './backoff.ts';
import { withDeadline } from './deadline.ts';
import { type ChannelClient, type Channels, createChannels } from './redis-channels.ts';
import { startError } from './start-error.ts';

export interface RedisScript {
  readonly lua: string;
  readonly sha: string;
}

export const redisScript = (lua: string): RedisScript => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

export interface RedisConnection extends AsyncDisposable {
  readonly commands: Redis | Cluster;
  /** For a library that subscribes by itself. Its channels are subscribed again after a reconnect. */
  readonly subscriber: Redis | Cluster;
  /** Channels of one message: sharded in a cluster, where a channel's hash tag determines its node. */
  readonly channels: Channels;
  /** The command that publishes to `channels`, for use in scripts. */
  readonly publishCommand: 'PUBLISH' | 'SPUBLISH';
  /** Runs the script by its hash, and loads it where the server does not have it. */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /**
   * Rejects when the server does not accept a write within two seconds: a full one, or a replica, is of no use either.
   */
  ping(): Promise<void>;
}

/** Reconnects that a command waits for before it fails: about ten seconds. */
const maxRetriesPerRequest = 8;
/**
 * Milliseconds after which a command fails, whatever the state of its connection. Shorter than people wait for a send.
 */
const commandTimeoutMs = 8_000;
/**
 * Milliseconds that a server that owes a reply may be silent before its connection is replaced. Without this limit a
 * server that neither responds nor closes would be waited for until the system gives up, a quarter of an hour.
 */
const defaultSilenceMs = 4_000;
const pingTimeoutMs = 2_000;
/** Milliseconds between two pings of a connection that only listens: without them its silence would mean nothing. */
const listenerPingEveryMs = 5_000;
/** Milliseconds for which the key of a ping lives. */
const pingKeyTtlMs = 10_000;

const baseOptions = {
  noDelay: true,
  keepAlive: 10_000,
  connectTimeout: 5_000,
  retryStrategy: backoffMs,
} satisfies RedisOptions;

/** Commands of one turn of the event loop leave in one write: waking another process costs more than their content. */
const enableAutoPipelining = true;

const nodeOf = (url: string) => {
  const { hostname, port, username, password, protocol, pathname } = new URL(url);
  const db = Number(pathname.slice(1));
  return {
    host: hostname,
    port: Number(port === '' ? 6379 : port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    ...(db > 0 ? { db } : {}),
  };
};

/**
 * Redis resubscribes by itself when the connection is back and exposes no promise of that. If it is closed in that
 * moment, the unhandled rejection would end the process. The sender of a command still gets its fault.
 */
class Subscriber extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    command.promise.catch(() => undefined);
    return super.sendCommand(command, stream);
  }
}

const createClients = (
  urls: readonly string[],
  silenceMs: number,
): { commands: Redis | Cluster; subscriber: Redis | Cluster } => {
  const nodes = urls.map(nodeOf);
  const shared = { ...baseOptions, socketTimeout: silenceMs };
  const [first] = nodes;
  if (!first) throw new Error('No Redis URL');
  if (nodes.length === 1) {
    return {
      commands: new Redis({
        ...baseOptions,
        ...first,
        maxRetriesPerRequest,
        commandTimeout: commandTimeoutMs,
        enableAutoPipelining,
        lazyConnect: true,
      }),
      subscriber: new Subscriber({ ...shared, ...first, maxRetriesPerRequest: null, lazyConnect: true }),
    };
  }
  const { host: _host, port: _port, ...credentials } = first;
  const { retryStrategy: _retryStrategy, ...nodeOptions } = shared;
  const cluster = new Cluster(nodes, {
    enableAutoPipelining,
    // Of the commands that subscribe, the client itself excludes only the unsharded ones from pipelining, and of these
    // one by a name that is none. A pipeline whose connection is closed meanwhile rejects where nothing can catch it.
    autoPipeliningIgnoredCommands: ['ssubscribe', 'sunsubscribe', 'punsubscribe'],
    redisOptions: { ...nodeOptions, ...credentials, maxRetriesPerRequest, commandTimeout: commandTimeoutMs },
    clusterRetryStrategy: backoffMs,
    clusterNodeRetryStrategy: backoffMs,
    shardedSubscribers: true,
    lazyConnect: true,
  });
  return { commands: cluster, subscriber: cluster };
};

const channelClient = (client: Redis | Cluster): ChannelClient =>
  client instanceof Cluster
    ? {
        subscribe: (channel) => client.ssubscribe(channel),
        unsubscribe: (channel) => client.sunsubscribe(channel),
        onMessage: (listener) => void client.on('smessage', listener),
        onConnected: (listener) => void client.on('subscribersReady', listener),
      }
    : {
        subscribe: (channel) => client.subscribe(channel),
        unsubscribe: (channel) => client.unsubscribe(channel),
        onMessage: (listener) => void client.on('message', listener),
        onConnected: (listener) => void client.on('ready', listener),
      };

/** Resolves at the first `ready`, after any number of attempts. */
const ready = (client: Redis | Cluster): Promise<void> =>
  new Promise((resolve) => {
    client.once('ready', resolve);
    // The client retries a refused first attempt by itself; `once` above fires on success.
    client.connect().catch(() => undefined);
  });

/**
 * Resolves when both connections are ready; rejects with a StartError after `startTimeoutMs`.
 * @param url one URL, or those of some cluster nodes separated by commas.
 * @param silenceMs milliseconds that a server that owes a reply may be silent.
 */
export const connectRedis = async (
  url: string,
  logger: Logger,
  startTimeoutMs: number,
  silenceMs = defaultSilenceMs,
): Promise<RedisConnection> => {
  const { commands, subscriber } = createClients(url.split(','), silenceMs);
  const clients = new Set([commands, subscriber]);
  let lastError: unknown = 'no reply';
  for (const client of clients) {
    client.on('error', (error: unknown) => {
      lastError = error;
      logger.warn({ err: error }, 'a Redis connection failed');
    });
  }
  try {
    await withDeadline(Promise.all([...clients].map(ready)), startTimeoutMs, () => new Error('no reply'));
  } catch {
    for (const client of clients) client.disconnect();
    throw startError({ service: 'Redis', variable: 'REDIS_URL', url, timeoutMs: startTimeoutMs, cause: lastError });
  }
  const channels = createChannels(channelClient(subscriber), logger);
  // In a cluster the client itself owns the listening connections; the keep-alive of their sockets watches them.
  const listenerPing =
    subscriber instanceof Cluster
      ? undefined
      : setInterval(() => void subscriber.ping().catch(() => undefined), listenerPingEveryMs);

  return {
    commands,
    subscriber,
    channels,
    publishCommand: commands instanceof Cluster ? 'SPUBLISH' : 'PUBLISH',
    async run({ lua, sha }, keys, args) {
      try {
        return await commands.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return commands.eval(lua, keys.length, ...keys, ...args);
      }
    },
    async ping() {
      const written = commands.set('parlance:ping', process.pid, 'PX', pingKeyTtlMs);
      await withDeadline(written, pingTimeoutMs, () => new Error('Redis does not respond'));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(listenerPing);
      channels[Symbol.dispose]();
      for (const client of clients) client.disconnect();
    },
  };
};
