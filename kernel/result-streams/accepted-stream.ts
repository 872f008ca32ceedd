/**
 * The stream that a request asks for in its Accept header. Server-sent events are preferred to multipart, because they
 * can be resumed. `orJson` is true where plain JSON is accepted too; operations that do not stream then get JSON.
 */
import { eventStreamFormat } from './event-stream-format.ts';
import { multipartFormat } from './multipart-format.ts';
import type { StreamFormat } from './stream-format.ts';

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
