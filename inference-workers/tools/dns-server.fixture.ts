/** A DNS server for tests, over UDP: it says one address for every name, or nothing at all. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface DnsServer extends AsyncDisposable {
  /** For a resolver. */
  readonly address: string;
  /** Names that were asked for, in lower case, oldest first. */
  readonly asked: readonly string[];
  /** Resolves when so many different names were asked for. */
  heard(names: number): Promise<void>;
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

/** @param address IPv4 address of every name; undefined for a server that never answers. */
export const startDnsServer = async (address: string | undefined): Promise<DnsServer> => {
  const asked: string[] = [];
  const waiting: { readonly names: number; readonly resolve: () => void }[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    asked.push(name);
    for (const { names, resolve } of waiting) if (new Set(asked).size >= names) resolve();
    if (address === undefined) return;
    const hasAddress = query.readUInt16BE(end) === typeA;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(hasAddress ? 1 : 0, 6);
    const answer = Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
    const parts = [header, query.subarray(12, end + 4), ...(hasAddress ? [answer] : [])];
    socket.send(Buffer.concat(parts), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    heard(names) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (new Set(asked).size >= names) resolve();
      else waiting.push({ names, resolve });
      return promise;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
};
