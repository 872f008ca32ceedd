/** WebSocket frames with `next` messages of graphql-transport-ws, written as bytes for clients. */

const closingBrace = 0x7d;

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
