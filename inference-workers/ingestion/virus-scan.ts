/**
 * Asks clamd about a file (INSTREAM). Fails closed: a file that could not be scanned is not let through. Archives that
 * unpack to gigabytes pass a scanner, so what unpacks a file bounds it by itself.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { ExtractionFault } from './extraction/extraction-fault.ts';

const timeoutMs = 30_000;

export interface Scanner {
  readonly host: string;
  readonly port: number;
}

/** `tcp://host:port` */
export const parseScannerUrl = (url: string): Scanner => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
};

const sendFile = async (socket: Socket, path: string): Promise<void> => {
  socket.write('zINSTREAM\0');
  for await (const chunk of createReadStream(path)) {
    const bytes: Buffer = chunk;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    socket.write(length);
    if (!socket.write(bytes)) await once(socket, 'drain');
  }
  socket.write(Buffer.alloc(4));
};

/** Throws ExtractionFault INFECTED where something was found, and the fault of a scanner that does not respond. */
export const scanFile = async ({ host, port }: Scanner, path: string): Promise<void> => {
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('clamd does not respond')));
  try {
    await once(socket, 'connect');
    const response = text(socket);
    // clamd may respond, and close, before it has everything.
    const sent = sendFile(socket, path).catch(() => undefined);
    const verdict = (await response).replaceAll('\0', '').trim();
    await sent;
    if (/ OK$/.test(verdict)) return;
    if (/ FOUND$/.test(verdict)) throw new ExtractionFault('INFECTED', 'The virus scan found something in the file.');
    throw new Error(`clamd responded: ${verdict.slice(0, 200)}`);
  } finally {
    socket.destroy();
  }
};
