/**
 * Whether a reply may be served to an equal request, and the name under which it is kept. The name is an HMAC over the
 * whole job but what belongs to this one delivery, so a field that jobs get later is part of it by itself. Invariant:
 * two jobs have the same name only if the same reply answers both, for readers who may share it.
 */
import { createHmac } from 'node:crypto';
import type { ReplyJob } from '#contracts/generation-job.ts';
import {
  type CanonicalQuestion,
  canonicalQuestion,
  questionKey,
} from '#contracts/similar-questions/canonical-question.ts';
import type { AskedModel } from './kept-candidate.ts';
import { namesTime } from './words-of-time.ts';

/** Characters of the prompt: a longer one is asked once, and hashing it would cost more than it saves. */
const longestPrompt = 200_000;

/** Whether neither tools nor the time have a part in the reply. */
const isTimeless = ({ tools = [], history }: ReplyJob): boolean => {
  if (tools.length > 0 || history.at(-1)?.role !== 'USER') return false;
  if (history.reduce((sum, { content }) => sum + content.length, 0) > longestPrompt) return false;
  return history.every(({ role, content }) => (role === 'USER' || role === 'ASSISTANT' ? !namesTime(content) : true));
};

/** Whether the reply to the request is always the same. */
export const isRepeatable = (job: ReplyJob): boolean => job.temperature === 0 && isTimeless(job);

/** The first question of a conversation in the form in which it is compared; undefined where the request has none. */
export const comparableQuestion = (job: ReplyJob): CanonicalQuestion | undefined => {
  const dialogue = job.history.filter(({ role }) => role !== 'SYSTEM');
  const [first] = dialogue;
  return dialogue.length === 1 && first !== undefined && isTimeless(job) ? canonicalQuestion(first.content) : undefined;
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

export interface NamedRequest {
  readonly model: AskedModel;
  /** Of the policy, and of whatever else makes earlier replies outdated. */
  readonly version: string;
  /** Empty: everybody of the tenant. */
  readonly reader: string;
}

const digest = (key: Buffer, job: ReplyJob, { model, version, reader }: NamedRequest, request: object): string => {
  const { provider, modelId } = model.served.model;
  const named = { tenant: job.tenantId, reader, version, route: model.route, served: [provider, modelId], request };
  return createHmac('sha256', key)
    .update(JSON.stringify(canonical(named)))
    .digest('base64url');
};

const withoutDelivery = (job: ReplyJob): Record<string, unknown> =>
  Object.fromEntries(Object.entries(job).filter(([field]) => !isOfDelivery.has(field)));

/** The name of the reply to a request. */
export const requestName = (key: Buffer, job: ReplyJob, named: NamedRequest): string =>
  digest(key, job, named, withoutDelivery(job));

/** The name of the reply to first questions that may ask the same, in requests that are equal otherwise. */
export const similarName = (key: Buffer, job: ReplyJob, named: NamedRequest, question: CanonicalQuestion): string => {
  const instructions = job.history.filter(({ role }) => role === 'SYSTEM');
  return digest(key, job, named, { ...withoutDelivery(job), history: instructions, question: questionKey(question) });
};
