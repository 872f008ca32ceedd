/**
 * graphql-transport-ws messages as bytes, and the WebSocket frames around them for clients. The hot path - a `next`
 * message and the cursor in its payload - is read by position, without parsing. Anything in an unusual form is parsed
 * instead, so that the outcome never depends on a peer's key order.
 */

const idStart = Buffer.from('{"id":"');
const nextMiddle = Buffer.from('","type":"next","payload":');
const cursorStart = Buffer.from('"extensions":{"cursor":"');
const errorsStart = Buffer.from('"errors":[');
const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const zero = 0x30;

/** A loop, because a call of `compare` takes longer than comparing so few bytes. */
const standsAt = (frame: Buffer, at: number, expected: Buffer): boolean => {
  for (let index = 0; index < expected.length; index += 1) if (frame[at + index] !== expected[index]) return false;
  return true;
};

/** Digits of the longest id that is read by position. */
const longestId = 15;

/** The id and payload bytes of `{"id":"<decimal>","type":"next","payload":…}` in exactly this order; else undefined. */
export const parseNextFrame = (frame: Buffer): { readonly id: number; readonly payload: Buffer } | undefined => {
  if (!standsAt(frame, 0, idStart)) return undefined;
  let at = idStart.length;
  let id = 0;
  for (let digit = (frame[at] ?? 0) - zero; digit >= 0 && digit <= 9; digit = (frame[at] ?? 0) - zero) {
    id = id * 10 + digit;
    at += 1;
  }
  const digits = at - idStart.length;
  if (digits === 0 || digits > longestId || !standsAt(frame, at, nextMiddle)) return undefined;
  return { id, payload: frame.subarray(at + nextMiddle.length, frame.length - 1) };
};

const parsedCursor = (payload: Buffer): string | undefined => {
  const parsed: unknown = JSON.parse(payload.toString());
  if (typeof parsed !== 'object' || parsed === null || !('extensions' in parsed)) return undefined;
  const { extensions } = parsed;
  if (typeof extensions !== 'object' || extensions === null || !('cursor' in extensions)) return undefined;
  return typeof extensions.cursor === 'string' ? extensions.cursor : undefined;
};

/** Caches the value for the last payload, because every subscriber of a shared event reads the same one. */
const cachedForLast = <Value>(read: (payload: Buffer) => Value): ((payload: Buffer) => Value) => {
  let known: { readonly payload: Buffer; readonly value: Value } | undefined;
  return (payload) => {
    if (known?.payload !== payload) known = { payload, value: read(payload) };
    return known.value;
  };
};

const readCursor = (payload: Buffer): string | undefined => {
  const to = payload.length - 3;
  if (payload[to] === quote && payload[to + 1] === closingBrace && payload[to + 2] === closingBrace) {
    let from = to;
    while (from > 0 && payload[from - 1] !== quote && payload[from - 1] !== backslash) from -= 1;
    if (standsAt(payload, from - cursorStart.length, cursorStart)) return payload.toString('utf8', from, to);
  }
  return payload.includes('"extensions"') ? parsedCursor(payload) : undefined;
};

/** `extensions.cursor` of an execution result; undefined when it has none. */
export const cursorOf = cachedForLast(readCursor);

/** Whether the payload may have errors. Quotes inside strings are escaped, so a text cannot look like this key. */
export const mayHaveErrors = cachedForLast((payload) => payload.includes(errorsStart));

/** @param id as the client chose it. */
export const nextPrefix = (id: string): Buffer => Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);

/** First byte of a text message in one WebSocket frame (RFC 6455, 5.2). */
const wholeText = 0x81;
/** Payload lengths above which a WebSocket header has 2 and 8 bytes more. */
const [shortLength, longLength] = [125, 65_535];

const headerLength = (message: number): number => {
  if (message <= shortLength) return 2;
  return message <= longLength ? 4 : 10;
};

/** Bytes of the WebSocket frame of a `next` message. @param prefix from `nextPrefix`. */
export const frameLength = (prefix: Buffer, payload: Buffer): number => {
  const message = prefix.length + payload.length + 1;
  return headerLength(message) + message;
};

/** Writes the WebSocket frame, unmasked as servers do. @returns where it ends. */
export const writeNextFrame = (target: Buffer, start: number, prefix: Buffer, payload: Buffer): number => {
  const message = prefix.length + payload.length + 1;
  let at = start;
  target[at] = wholeText;
  if (message <= shortLength) {
    target[at + 1] = message;
  } else if (message <= longLength) {
    target[at + 1] = 126;
    target.writeUInt16BE(message, at + 2);
  } else {
    target[at + 1] = 127;
    target.writeBigUInt64BE(BigInt(message), at + 2);
  }
  at += headerLength(message);
  target.set(prefix, at);
  at += prefix.length;
  target.set(payload, at);
  at += payload.length;
  target[at] = closingBrace;
  return at + 1;
};
