/**
 * Cuts off clients that do not take in what they asked for: what waits for them would be held for as long as they
 * like. Only what they take counts, and not what they send. A client that takes a little now and then is slow, and not
 * silent.
 */
import type { ServerResponse } from 'node:http';

/**
 * From now on, until the response has been taken: its connection ends when nothing of it was taken for so many
 * milliseconds.
 */
export const cutOffSilent = (response: ServerResponse, silentMs: number): void => {
  const { socket: tcp } = response;
  if (!tcp) return;
  const taken = (): number => tcp.bytesWritten - tcp.writableLength;
  let before = taken();
  const timer = setInterval(() => {
    if (tcp.writableLength > 0 && taken() === before) response.destroy();
    before = taken();
  }, silentMs);
  response.once('close', () => clearInterval(timer));
};

/** The same from the moment on at which the response is written as a whole, where not all of it is taken at once. */
export const cutOffWhenWritten = (response: ServerResponse, silentMs: number): void => {
  response.once('prefinish', () => {
    if ((response.socket?.writableLength ?? 0) > 0) cutOffSilent(response, silentMs);
  });
};
