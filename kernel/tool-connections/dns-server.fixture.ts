/** A DNS server for tests, over UDP. It resolves every name to one address, or never responds. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface DnsServer extends AsyncDisposable {
  /** For a resolver. */
  readonly address: string;
  /** The names of all queries, in lower case, oldest first. */
  readonly queried: readonly string[];
  /** Resolves when so many different names were queried. */
  sawNames(names: number): Promise<void>;
}

const typeA = 1;

/** The name at the beginning of a question, and where it ends. */
const nameIn = (query: Buffer): { readonly name: string; readonly end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
};

/** @param address IPv4 address of every name; undefined for a server that never responds. */
export const startDnsServer = async (address: string | undefined): Promise<DnsServer> => {
  const queried: string[] = [];
  const waiting: { readonly names: number; readonly resolve: () => void }[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    queried.push(name);
    for (const { names, resolve } of waiting) if (new Set(queried).size >= names) resolve();
    if (address === undefined) return;
    const hasAddress = query.readUInt16BE(end) === typeA;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(hasAddress ? 1 : 0, 6);
    const record = Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
    const parts = [header, query.subarray(12, end + 4), ...(hasAddress ? [record] : [])];
    socket.send(Buffer.concat(parts), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    queried,
    sawNames(names) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (new Set(queried).size >= names) resolve();
      else waiting.push({ names, resolve });
      return promise;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
};
