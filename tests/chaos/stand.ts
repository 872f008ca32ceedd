/**
 * What is tormented, as users and those who judge see it. Two of them: the processes of docker-compose.yml
 * (distributed-stand.ts) and the standalone (standalone-stand.ts).
 */
import type { Role } from '#contracts/identity.ts';
import type { ScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import type { TcpProxy } from '#tests/services/tcp-proxy.ts';
import type { FaultLog } from './fault-log.ts';
import type { Stored } from './gather.ts';
import type { Send } from './load.ts';
import type { WireName } from './schedule.ts';

/**
 * Milliseconds after which a model that says nothing more counts as cut off. Short, so that a stall is over soon, but
 * long enough that the provider, a process on the same busy machine, does not exceed it by itself.
 */
export const stallTimeoutMs = '5000';
/** Percent of the window at which older turns are summarised: the provider says that each prompt has 1,000 tokens. */
export const summariseAtPercent = '10';

/** Seconds for which calls of tools wait: some decisions come too late. */
export const decisionSeconds = '6';

/** A store that a fault takes away. */
export interface TormentedStore {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** What faults need beyond ending processes; a stand has what its faults name. */
export interface Stores {
  readonly redis: TormentedStore & { readonly url: string; readonly pid: number };
  readonly rabbitmq: TormentedStore & { control(...args: readonly string[]): Promise<void> };
  readonly postgres: TormentedStore & { setReadOnly(isReadOnly: boolean): Promise<void> };
}

export interface Disk {
  /** Leaves no room on it. */
  fill(): Promise<void>;
  free(): Promise<void>;
}

export interface Stand extends AsyncDisposable {
  readonly provider: ScriptedProvider;
  /** A user's token, for as long as the run. Default: the role USER. */
  sign(user: string, roles?: readonly Role[]): Promise<string>;
  /** GraphQL of each gateway, by way of the clients' wire. */
  readonly urls: readonly [string, ...string[]];
  /** Of the processes that run now, by name; the second of two is `<name>-2`. */
  readonly pids: ReadonlyMap<string, number>;
  end(process: string, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready. */
  start(process: string): Promise<void>;
  /** @param process only those of this process, where each has its own. */
  wiresOf(name: WireName, process?: string): readonly TcpProxy[];
  readonly stores: Stores | undefined;
  readonly disk: Disk | undefined;
  readStored(sends: readonly Send[]): Promise<ReadonlyMap<string, Stored>>;
  /** What ought to be gone when all is quiet. */
  findLeftovers(): Promise<readonly string[]>;
  /** Takes the logs of all replies away, as their time to live does. */
  forgetLogs(): Promise<void>;
  readonly faultLog: FaultLog;
}
