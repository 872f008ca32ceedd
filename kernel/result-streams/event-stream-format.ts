/**
 * GraphQL over server-sent events, distinct connections mode
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md): a `next` event for each result, with
 * the cursor as its id, and `complete` at the end. Errors that end a stream are sent as a last result without data.
 */
import type { StreamFormat } from './stream-format.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const end = Buffer.from('\n\n');
const completion = 'event: complete\ndata:\n\n';

/** A line break would end the field. In JSON it can only stand between tokens, where a space is equivalent. */
const inOneLine = (payload: Buffer): Buffer =>
  payload.includes(lineFeed) || payload.includes(carriageReturn)
    ? Buffer.from(payload.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)))
    : payload;

/** Whether the cursor is a valid id: a line break would end it, and clients ignore one with a NUL. */
const isId = (cursor: string): boolean => !['\n', '\r', '\0'].some((forbidden) => cursor.includes(forbidden));

export const eventStreamFormat: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  head: ':\n\n',
  next(payload, cursor) {
    const id = cursor !== undefined && isId(cursor) ? `id: ${cursor}\n` : '';
    return Buffer.concat([Buffer.from(`event: next\n${id}data: `), inOneLine(payload), end]);
  },
  failure: (errors) => `event: next\ndata: ${JSON.stringify({ errors })}\n\n${completion}`,
  completion,
  keepAlive: ':\n\n',
};
