/**
 * Whether a reply may be served to an equal request, and the name under which it is kept. The name is an HMAC over the
 * whole job but what belongs to this one delivery, so a field that jobs get later is part of it by itself. Invariant:
 * two jobs have the same name only if the same reply answers both, for readers who may share it.
 */
import { createHmac } from 'node:crypto';
import type { ReplyJob } from '#contracts/generation-job.ts';
import type { AskedModel } from './kept-candidate.ts';
import { namesTime } from './words-of-time.ts';

/** Characters of the prompt: a longer one is asked once, and hashing it would cost more than it saves. */
const longestPrompt = 200_000;

/** Whether the request is one whose reply does not depend on when, where or by whom it is written. */
export const isReusable = ({ temperature, tools = [], history }: ReplyJob): boolean => {
  if (temperature !== 0 || tools.length > 0) return false;
  if (history.reduce((sum, { content }) => sum + content.length, 0) > longestPrompt) return false;
  if (history.at(-1)?.role !== 'USER') return false;
  return history.every(({ role, content }) => (role === 'USER' || role === 'ASSISTANT' ? !namesTime(content) : true));
};

/** What two equal requests may differ in. Tenant, user and candidates are put in apart. */
const ofDelivery = [
  'kind',
  'tenantId',
  'userId',
  'conversationId',
  'messageId',
  'candidates',
  'admittedAt',
  'traceparent',
  'requestId',
  'logId',
  'reuse',
  'deliveredBefore',
  'publishedBefore',
  'stopRequested',
] as const satisfies readonly (keyof ReplyJob)[];
const isOfDelivery: ReadonlySet<string> = new Set(ofDelivery);

/** With the keys of all objects in their order, so that the same values make the same text. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, one]) => [key, canonical(one)]),
  );
};

/**
 * @param reader what the name holds of the reader: everybody of the tenant, or one user
 * @param version of this code, of the policy, and of whatever else makes earlier replies outdated
 */
export const requestName = (
  key: Buffer,
  job: ReplyJob,
  { candidate, reader, version }: { readonly candidate: AskedModel; readonly reader: string; readonly version: string },
): string => {
  const { route, served } = candidate;
  const request = Object.fromEntries(Object.entries(job).filter(([field]) => !isOfDelivery.has(field)));
  const { provider, modelId } = served.model;
  const named = { tenant: job.tenantId, reader, version, route, served: [provider, modelId], request };
  return createHmac('sha256', key)
    .update(JSON.stringify(canonical(named)))
    .digest('base64url');
};
