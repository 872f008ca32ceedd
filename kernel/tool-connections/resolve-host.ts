/**
 * Resolves the hosts of tools. Tenants choose the names, and the system's resolver has four threads for the whole
 * process: a few names that no server resolves would delay everybody's. Invariants: a name that a tenant chooses takes
 * none of those threads (it is looked up in the hosts file, then queried over sockets of our own) and is given up after
 * a bounded time; names that the operator lists are resolved as the system resolves them, one look-up per name and
 * `maxThreads` at once.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { isIP } from 'node:net';

export interface HostResolver extends Disposable {
  /** For a name that a tenant chose. Rejects where it has no address, or no server responds in time. */
  ofTenant(name: string): Promise<readonly LookupAddress[]>;
  /** For a name that the operator lists. */
  ofOperator(name: string): Promise<readonly LookupAddress[]>;
}

export interface HostResolverOptions {
  /** Addresses of DNS servers, with ports where they are not 53. Default: the system's. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
}

/** Milliseconds of the first try with one server, and the number of tries; the second one waits twice as long. */
const queryLimits = { timeout: 1_000, tries: 2 };
/** Threads of the system's resolver that listed names may hold: half of them. */
const maxThreads = 2;
/** Bytes of the hosts file that are read; later names are queried from DNS. */
const maxHostsFileBytes = 65_536;

const addressOf = (address: string): LookupAddress => ({ address, family: isIP(address) });
const loopback = ['127.0.0.1', '::1'].map(addressOf);

const readStart = async (path: string): Promise<string> => {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxHostsFileBytes), 0, maxHostsFileBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
};

const inHosts = (text: string, name: string): readonly LookupAddress[] =>
  text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((one) => one.toLowerCase() === name) ? [addressOf(address)] : [];
  });

const bySystem = (name: string): Promise<readonly LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true }, (fault, found) => {
      if (fault) reject(fault);
      else resolve(found);
    });
  });

export const createHostResolver = (options: HostResolverOptions = {}): HostResolver => {
  const resolver = new Resolver(queryLimits);
  if (options.servers) resolver.setServers(options.servers);
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>();
  /** Bounded by the number of names that the operator lists. */
  const waiting: (() => void)[] = [];
  let held = 0;

  const takeThread = async (name: string): Promise<readonly LookupAddress[]> => {
    if (held === maxThreads) await new Promise<void>((resolve) => waiting.push(resolve));
    else held += 1;
    try {
      return await bySystem(name);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else held -= 1;
    }
  };

  return {
    async ofTenant(given) {
      const name = given.toLowerCase().replace(/\.$/, '');
      if (name === 'localhost' || name.endsWith('.localhost')) return loopback;
      const listed = inHosts(await readStart(options.hostsFile ?? '/etc/hosts'), name);
      if (listed.length > 0) return listed;
      const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const found = [four, six].flatMap((one) => (one.status === 'fulfilled' ? one.value.map(addressOf) : []));
      if (found.length === 0) throw four.status === 'rejected' ? four.reason : new Error(`${name} has no address.`);
      return found;
    },
    ofOperator(name) {
      const known = underWay.get(name);
      if (known) return known;
      const found = takeThread(name).finally(() => underWay.delete(name));
      underWay.set(name, found);
      return found;
    },
    [Symbol.dispose]: () => resolver.cancel(),
  };
};
