/**
 * graphql-transport-ws frames as bytes. What is hot - a `next` frame and the cursor in its payload - is found by
 * position, without parsing; anything written in an unusual way is parsed instead, so that the outcome never depends on
 * a peer's key order.
 */

const idStart = Buffer.from('{"id":"');
const nextMiddle = Buffer.from('","type":"next","payload":');
const cursorStart = Buffer.from('"extensions":{"cursor":"');
const cursorEnd = Buffer.from('"}}');
const errorsStart = Buffer.from('"errors":[');
const quote = 0x22;

/** The id and payload bytes of `{"id":"…","type":"next","payload":…}` in exactly this order; else undefined. */
export const parseNextFrame = (frame: Buffer): { readonly id: string; readonly payload: Buffer } | undefined => {
  if (frame.length < idStart.length + nextMiddle.length) return undefined;
  if (frame.compare(idStart, 0, idStart.length, 0, idStart.length) !== 0) return undefined;
  const idEnd = frame.indexOf(quote, idStart.length);
  const payloadStart = idEnd + nextMiddle.length;
  if (idEnd === -1 || payloadStart >= frame.length) return undefined;
  if (frame.compare(nextMiddle, 0, nextMiddle.length, idEnd, payloadStart) !== 0) return undefined;
  return {
    id: frame.toString('latin1', idStart.length, idEnd),
    payload: frame.subarray(payloadStart, frame.length - 1),
  };
};

const parsedCursor = (payload: Buffer): string | undefined => {
  const parsed: unknown = JSON.parse(payload.toString());
  if (typeof parsed !== 'object' || parsed === null || !('extensions' in parsed)) return undefined;
  const { extensions } = parsed;
  if (typeof extensions !== 'object' || extensions === null || !('cursor' in extensions)) return undefined;
  return typeof extensions.cursor === 'string' ? extensions.cursor : undefined;
};

/** `extensions.cursor` of an execution result; undefined when it has none. */
export const cursorOf = (payload: Buffer): string | undefined => {
  const start = payload.lastIndexOf(cursorStart);
  if (start !== -1) {
    const from = start + cursorStart.length;
    const to = payload.length - cursorEnd.length;
    const isTail = payload.indexOf(quote, from) === to && payload.compare(cursorEnd, 0, cursorEnd.length, to) === 0;
    const text = isTail ? payload.toString('utf8', from, to) : undefined;
    if (text !== undefined && !text.includes('\\')) return text;
  }
  return payload.includes('"extensions"') ? parsedCursor(payload) : undefined;
};

/** Whether the payload may have errors. Quotes inside strings are escaped, so text cannot look like this key. */
export const mayHaveErrors = (payload: Buffer): boolean => payload.includes(errorsStart);

/** Bytes of a `next` frame for a client. @param prefix from `nextPrefix`. */
export const nextFrame = (prefix: Buffer, payload: Buffer): Buffer => {
  const frame = Buffer.allocUnsafe(prefix.length + payload.length + 1);
  prefix.copy(frame, 0);
  payload.copy(frame, prefix.length);
  frame[frame.length - 1] = 0x7d;
  return frame;
};

/** @param id as the client chose it. */
export const nextPrefix = (id: string): Buffer => Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
