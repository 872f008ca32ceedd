/** A server that speaks the part of clamd's protocol that scans a stream (INSTREAM), and finds one word. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

const command = 'zINSTREAM\0';
export const virus = 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE';

export interface Clamd extends AsyncDisposable {
  readonly port: number;
  /** Bytes that were scanned. */
  readonly scanned: number;
}

/** The chunks of a stream, each behind its length; undefined until the last one, of length 0, is there. */
const streamIn = (received: Buffer): Buffer | undefined => {
  const chunks: Buffer[] = [];
  let place = command.length;
  while (place + 4 <= received.length) {
    const length = received.readUInt32BE(place);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(received.subarray(place + 4, place + 4 + length));
    place += 4 + length;
  }
  return undefined;
};

/** @param port 0 picks a free one */
export const startClamd = async (port = 0): Promise<Clamd> => {
  let scanned = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => {
      received = Buffer.concat([received, piece]);
      const stream = streamIn(received);
      if (!stream) return;
      scanned += stream.length;
      socket.end(stream.includes(virus) ? 'stream: Eicar-Signature FOUND\0' : 'stream: OK\0');
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get scanned() {
      return scanned;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
