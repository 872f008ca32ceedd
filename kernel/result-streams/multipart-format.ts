/**
 * Apollo's multipart protocol for subscriptions, version 1.0
 * (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol): each part has a
 * result under `payload`, `{}` is a heartbeat, and `payload: null` with `errors` ends a lost stream. The delimiter is
 * sent right behind each part, because readers need it to know that the part is complete.
 */
import type { StreamFormat } from './stream-format.ts';

const delimiter = '\r\n--graphql';
const partHead = '\r\ncontent-type: application/json\r\n\r\n';
const part = (json: string): string => `${partHead}${json}${delimiter}`;
const completion = '--\r\n';

const nextStart = Buffer.from(`${partHead}{"payload":`);
const nextEnd = Buffer.from(`}${delimiter}`);

export const multipartFormat: StreamFormat = {
  // As Apollo Router writes it: Apollo iOS compares the last parameter as text.
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  head: delimiter,
  next: (payload) => Buffer.concat([nextStart, payload, nextEnd]),
  failure: (errors) => `${part(JSON.stringify({ payload: null, errors }))}${completion}`,
  completion,
  keepAlive: part('{}'),
};
