/**
 * The multipart protocol for subscriptions of Apollo, version 1.0
 * (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol): each result is a part
 * with the result under `payload`, `{}` is a heartbeat, and `payload: null` with `errors` ends what was lost. The
 * delimiter goes out right behind each part, because readers wait for it to know that the part is whole.
 */
import type { StreamFormat } from './http-stream.ts';

const delimiter = '\r\n--graphql';
const partHead = '\r\ncontent-type: application/json\r\n\r\n';
const part = (json: string): string => `${partHead}${json}${delimiter}`;
const completion = '--\r\n';

const nextStart = Buffer.from(`${partHead}{"payload":`);
const nextEnd = Buffer.from(`}${delimiter}`);

export const multipartFormat: StreamFormat = {
  contentType: 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"',
  head: delimiter,
  next: (payload) => Buffer.concat([nextStart, payload, nextEnd]),
  failure: (errors) => `${part(JSON.stringify({ payload: null, errors }))}${completion}`,
  completion,
  keepAlive: part('{}'),
};
