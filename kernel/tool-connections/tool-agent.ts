/**
 * Connections to tools. Tenants choose the addresses, so a tool must not reach what only this machine can: a connection
 * goes by TLS to a public address, or to a host that the operator lists. Invariant: the checked address is the one that
 * is connected to, so a name that points elsewhere a moment later gains nothing. A name with public and other addresses
 * is reached at its public ones.
 */
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isPublicAddress } from './public-address.ts';
import type { HostResolver } from './resolve-host.ts';

/** A connection to an address that tools may not have. */
export class NotPublicError extends Error {
  constructor() {
    super('The address is not a public one with TLS.');
  }
}

/** Milliseconds within which a connection, TLS included, must stand. */
const connectTimeoutMs = 5_000;
/** Milliseconds for which an idle connection is kept. */
const keepAliveMs = 10_000;

/** Makes `net.connect` connect only to the addresses that `find` returns for the name. */
const lookupBy =
  (find: (name: string) => Promise<readonly LookupAddress[]>): LookupFunction =>
  (name, { all, family }, callback) => {
    const wanted = family === 4 || family === 6 ? family : undefined;
    find(name).then(
      (found) => {
        const addresses = found.filter((one) => wanted === undefined || one.family === wanted);
        const [first] = addresses;
        if (first === undefined) callback(new Error(`${name} has no address.`), []);
        else if (all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (fault: Error) => callback(fault, []),
    );
  };

/** Without the brackets of IPv6. */
const bare = (host: string): string => host.toLowerCase().replace(/[[\]]/g, '');

/**
 * @param privateHosts hosts that need neither a public address nor TLS: `host` for all of its ports, or `host:port`.
 * @param resolver belongs to the caller.
 */
export const createToolAgent = (privateHosts: readonly string[], resolver: HostResolver): Agent => {
  const listed = new Set(privateHosts.map(bare));
  const options = { timeout: connectTimeoutMs, allowH2: false };
  const findPublic = async (name: string): Promise<readonly LookupAddress[]> => {
    const found = (await resolver.ofTenant(name)).filter(({ address }) => isPublicAddress(address));
    if (found.length === 0) throw new NotPublicError();
    return found;
  };
  const connectAnywhere = buildConnector({ ...options, lookup: lookupBy(resolver.ofOperator) });
  const connectPublic = buildConnector({ ...options, lookup: lookupBy(findPublic) });
  return new Agent({
    connect: (target, callback) => {
      const { protocol, port } = target;
      const host = bare(target.hostname);
      if (listed.has(host) || listed.has(`${host}:${port || (protocol === 'https:' ? 443 : 80)}`)) {
        connectAnywhere(target, callback);
        return;
      }
      // A literal address is connected to without a lookup.
      const isPublic = protocol === 'https:' && (isIP(host) === 0 || isPublicAddress(host));
      if (isPublic) connectPublic(target, callback);
      else callback(new NotPublicError(), null);
    },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // Each call has its own timeout.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
};
