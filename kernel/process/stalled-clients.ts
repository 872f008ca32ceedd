/**
 * Disconnects clients that stop reading their response, because its unread bytes would stay in memory for as long as
 * they like. Only reading counts, not sending. A client that reads a little now and then is slow, not stalled.
 */
import type { ServerResponse } from 'node:http';

/**
 * Watches the response until it is read completely: its connection ends when the client reads nothing for
 * `stallTimeoutMs` milliseconds.
 */
export const disconnectIfStalled = (response: ServerResponse, stallTimeoutMs: number): void => {
  const { socket: tcp } = response;
  if (!tcp) return;
  const taken = (): number => tcp.bytesWritten - tcp.writableLength;
  let before = taken();
  const timer = setInterval(() => {
    if (tcp.writableLength > 0 && taken() === before) response.destroy();
    before = taken();
  }, stallTimeoutMs);
  response.once('close', () => clearInterval(timer));
};

/** Starts watching when the whole response is written and not all of it was read at once. */
export const disconnectIfStalledAfterWrite = (response: ServerResponse, stallTimeoutMs: number): void => {
  response.once('prefinish', () => {
    if ((response.socket?.writableLength ?? 0) > 0) disconnectIfStalled(response, stallTimeoutMs);
  });
};
