/**
 * Which stream a request asks for, by its Accept header: server-sent events before multipart, because they resume.
 * `orJson` where a plain answer is welcome too, which then is for what does not stream.
 */
import { eventStreamFormat } from '../subscriptions/event-stream-format.ts';
import type { StreamFormat } from '../subscriptions/http-stream.ts';
import { multipartFormat } from '../subscriptions/multipart-format.ts';

export interface AcceptedStream {
  readonly format: StreamFormat;
  readonly orJson: boolean;
}

const json: ReadonlySet<string> = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  '*/*',
]);

export const acceptedStream = (accept: string | undefined): AcceptedStream | undefined => {
  const ranges = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()));
  const orJson = ranges.some(([type = '']) => json.has(type));
  if (ranges.some(([type]) => type === 'text/event-stream')) return { format: eventStreamFormat, orJson };
  const isMultipart = ranges.some(
    ([type, ...parameters]) =>
      type === 'multipart/mixed' && parameters.some((parameter) => /^subscriptionspec="?1\.0"?$/.test(parameter)),
  );
  return isMultipart ? { format: multipartFormat, orJson } : undefined;
};
