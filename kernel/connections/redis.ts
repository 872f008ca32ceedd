/**
 * The one door to Redis, single or cluster: a connection for commands, and a separate one for subscriptions, both with
 * TCP_NODELAY. Invariant: a subscriber is told (`interrupted`) after every reconnect, once its subscription is in force
 * again, because what was published meanwhile is lost.
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
  /** Channels of one message: sharded in a cluster, where a channel's hash tag says on which node it is. */
  readonly channels: Channels;
  /** The command that reaches `channels`, for use in scripts. */
  readonly publishCommand: 'PUBLISH' | 'SPUBLISH';
  /** Runs the script by its hash, and loads it where the server does not have it. */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /**
   * Rejects when the server does not take a write within two seconds: also one that is full, or a replica, is no use.
   */
  ping(): Promise<void>;
}

/** Reconnects a command waits through before it fails: about ten seconds. */
const maxRetriesPerRequest = 8;
/** Milliseconds after which a command fails whatever its connection does. Below what people wait for a send. */
const commandTimeoutMs = 8_000;
/**
 * Milliseconds that a server which owes a reply may be silent before its connection is made anew: one that neither
 * answers nor closes would else be waited for until the system gives up, a quarter of an hour.
 */
const defaultSilenceMs = 4_000;
const pingTimeoutMs = 2_000;
/** Milliseconds between two pings of a connection that only listens: without them its silence says nothing. */
const listenerPingEveryMs = 5_000;
/** Milliseconds that the key of a ping lives. */
const pingKeyTtlMs = 10_000;

const baseOptions = {
  noDelay: true,
  keepAlive: 10_000,
  connectTimeout: 5_000,
  retryStrategy: backoffMs,
} satisfies RedisOptions;

/**
 * Commands of one turn of the event loop leave in one write: waking another process costs more than what it is told.
 */
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
 * It subscribes again by itself when the connection is back, and gives nobody the promise: closed in that moment, it
 * would end the process. Who sends a command still hears of its fault.
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
    // Of all commands that subscribe, the client itself knows only the unsharded ones as not to be pipelined.
    autoPipeliningIgnoredCommands: ['ssubscribe', 'sunsubscribe'],
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

/** Resolves at the first `ready`, whatever number of attempts it takes. */
const ready = (client: Redis | Cluster): Promise<void> =>
  new Promise((resolve) => {
    client.once('ready', resolve);
    // A refused first attempt is retried by the client itself; `once` above hears the success.
    client.connect().catch(() => undefined);
  });

/**
 * Resolves when both connections are ready; rejects with a StartError after `startTimeoutMs`.
 * @param url one URL, or those of some cluster nodes separated by commas.
 * @param silenceMs milliseconds that a server which owes a reply may be silent.
 */
export const connectRedis = async (
  url: string,
  logger: Logger,
  startTimeoutMs: number,
  silenceMs = defaultSilenceMs,
): Promise<RedisConnection> => {
  const { commands, subscriber } = createClients(url.split(','), silenceMs);
  const clients = new Set([commands, subscriber]);
  let lastError: unknown = 'no answer';
  for (const client of clients) {
    client.on('error', (error: unknown) => {
      lastError = error;
      logger.warn({ err: error }, 'Redis connection');
    });
  }
  try {
    await withDeadline(Promise.all([...clients].map(ready)), startTimeoutMs, () => new Error('no answer'));
  } catch {
    for (const client of clients) client.disconnect();
    throw startError('Redis', 'REDIS_URL', url, startTimeoutMs, lastError);
  }
  const channels = createChannels(channelClient(subscriber), logger);
  // A cluster's listeners are the client's own; the keep-alive of their sockets watches them.
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
      await withDeadline(written, pingTimeoutMs, () => new Error('Redis does not answer'));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(listenerPing);
      channels[Symbol.dispose]();
      for (const client of clients) client.disconnect();
    },
  };
};
