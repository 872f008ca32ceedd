/**
 * Reads the `next` messages of graphql-transport-ws as bytes. The hot path - a message and the cursor in its payload -
 * is read by position, without parsing. Anything in an unusual form is parsed instead, so that the outcome never
 * depends on a peer's key order.
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
