/**
 * The address under which limits count a request: that of the connection or, behind a proxy, the address in the header
 * that the operator names. No other header is trusted. For IPv6 it is the network (64 bits), because a client owns a
 * whole network.
 */
import type { IncomingMessage } from 'node:http';
import { isIPv6, type Socket } from 'node:net';

export type AddressOf = (request: IncomingMessage) => string;

/** The first four groups, without leading zeros. */
const networkOf = (address: string): string => {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = [...before, ...missing, ...after].slice(0, 4);
  return `${groups.map((group) => (Number.parseInt(group, 16) || 0).toString(16)).join(':')}::/64`;
};

const counted = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? networkOf(address) : address;
};

/** Addresses of connections that were looked up before. */
const ofConnections = new WeakMap<Socket, string>();

const ofConnection = (socket: Socket): string => {
  const known = ofConnections.get(socket);
  if (known !== undefined) return known;
  const address = counted(socket.remoteAddress ?? 'unknown');
  ofConnections.set(socket, address);
  return address;
};

/** @param header with the client's address. In a list the last entry counts, because the proxy itself added it. */
export const createAddressOf =
  (header: string | undefined): AddressOf =>
  ({ headers, socket }) => {
    if (header === undefined) return ofConnection(socket);
    const given = String(headers[header.toLowerCase()] ?? '')
      .split(',')
      .at(-1)
      ?.trim();
    return given === undefined || given === '' ? ofConnection(socket) : counted(given);
  };
