/**
 * The promise, as a judgement of one send: what every client put together is what is stored, no event is missing,
 * doubled or different for somebody else, there is one end, one bill, and no call of the provider that nothing
 * explains.
 */
import { textOf } from '#tests/scripted-provider/script.ts';
import { reasoningOfEvents, type StreamedEvent, textOfEvents } from '#tests/support/client.ts';
import { callViolationKinds, checkCalls } from './check-calls.ts';
import type { Evidence, Following } from './evidence.ts';

export const violationKinds = [
  'hole or double in seq',
  'same seq, other bytes',
  'no end, or more than one',
  'refused or torn off',
  'text differs from what is stored',
  'thought differs from what is stored',
  'text is not the reply',
  'reply failed',
  'sent twice',
  'not billed once',
  'provider asked too often',
  'served to another request',
  'taken from a living worker',
  'left behind',
  'other once its log is gone',
  ...callViolationKinds,
  'seen by the model',
] as const;
export type ViolationKind = (typeof violationKinds)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly messageId: string;
  readonly detail: string;
  /** When a client received it, where it is something that a client received. */
  readonly atMs?: number;
}

type Found = readonly [kind: ViolationKind, detail: string, atMs?: number];

/** How far beyond a log begins that was lost together with its writer (kernel/stream-log/redis-scripts.ts). */
const seqsOfAttempt = 1_048_576;

const ends = (events: readonly StreamedEvent[]): readonly StreamedEvent[] =>
  events.filter(({ __typename }) => __typename === 'MessageCompleted' || __typename === 'MessageFailed');

/** What every reader must be given alike; the message of the end is compared with the store. */
const bytesOf = ({ __typename, seq, text, attempt }: StreamedEvent): string =>
  JSON.stringify([__typename, seq, text, attempt]);

/** What the model writes when it is let: what tools said, and then its words. */
const wholeText = ({ stored, words, text }: Evidence): string =>
  text ?? (stored?.toolCalls ?? []).map(({ result }) => `${result} `).join('') + textOf(words);

const isComplete = (evidence: Evidence): boolean =>
  evidence.stored?.status === 'COMPLETED' && evidence.stored.content === wholeText(evidence);

/**
 * Started, the whole thought and the whole text at once, the end: the stream of a reply whose log is gone. Its seqs are
 * not those of the log.
 */
const isToldFromRow = ({ afterSeq, events }: Following, stored: Evidence['stored']): boolean => {
  const [first, ...rest] = events;
  const texts = rest.slice(0, -1).filter(({ __typename: type }) => !/^(ReasoningDelta|ToolCall.*)$/.test(type));
  return (
    afterSeq === 0 &&
    first?.__typename === 'MessageStarted' &&
    texts.length <= 1 &&
    texts.every(({ __typename, text }) => __typename === 'TokenDelta' && text === stored?.content)
  );
};

/**
 * Events that everybody must be given byte for byte. After a log was lost, the new stream begins with a reset or with
 * the row.
 */
const comparable = ({ logsLost, stored }: Evidence, following: Following): readonly StreamedEvent[] => {
  if (!logsLost) return following.events;
  if (isToldFromRow(following, stored)) return [];
  const reset = following.events.findIndex(({ __typename }) => __typename === 'MessageReset');
  return reset === -1 ? following.events : following.events.slice(0, reset);
};

/** The same send, streamed once more when its log is gone: from what is stored alone. */
export const checkWithoutLog = (
  messageId: string,
  before: Evidence['stored'],
  after: Evidence['stored'],
  replay: Following,
): readonly Violation[] => {
  const kind = 'other once its log is gone';
  const found: string[] = replay.faults.map(({ what }) => what);
  if (before?.status !== after?.status || before?.content !== after?.content) {
    found.push(`${before?.status} ${before?.content.length} became ${after?.status} ${after?.content.length}`);
  }
  if (textOfEvents(replay.events) !== after?.content) found.push(`streamed: ${textOfEvents(replay.events)}`);
  const thought = reasoningOfEvents(replay.events);
  if (thought !== (after?.reasoning ?? '')) found.push(`streamed as thought: ${thought}`);
  return found.map((detail) => ({ kind, messageId, detail: detail.slice(0, 300) }));
};

const checkFollowing = (evidence: Evidence, following: Following, known: Map<number, string>) => {
  const found: Found[] = following.faults.map(({ what, atMs }) => ['refused or torn off', what, atMs]);
  const { events, afterSeq } = following;
  let at = afterSeq;
  for (const { seq, __typename } of events) {
    // A log that was lost together with its writer begins anew far beyond, and says so.
    const begunAnew = __typename === 'MessageReset' && seq - at > seqsOfAttempt / 2;
    if (seq !== at + 1 && !begunAnew) found.push(['hole or double in seq', `${at} is followed by ${seq}`]);
    at = seq;
  }
  for (const event of comparable(evidence, following)) {
    const bytes = bytesOf(event);
    if ((known.get(event.seq) ?? bytes) !== bytes)
      found.push(['same seq, other bytes', `${known.get(event.seq)} and ${bytes}`]);
    known.set(event.seq, bytes);
  }
  const end = ends(events);
  if (end.length !== 1 || end[0] !== events.at(-1))
    found.push([
      'no end, or more than one',
      `${end.length} ends, ${events.length} events, last ${events.at(-1)?.__typename}`,
    ]);
  if (afterSeq === 0 && end.length === 1 && textOfEvents(events) !== evidence.stored?.content)
    found.push(['text differs from what is stored', `${textOfEvents(events)} | ${evidence.stored?.content}`]);
  const thought = evidence.stored?.reasoning ?? '';
  if (afterSeq === 0 && end.length === 1 && reasoningOfEvents(events) !== thought)
    found.push(['thought differs from what is stored', `${reasoningOfEvents(events)} | ${thought}`]);
  return found;
};

/** Requests to the provider that the stream itself explains: one for each attempt and each model, and the refusals. */
const explainedCalls = ({ followings, providerRefusals, providerFails, requests }: Evidence): number => {
  const starts = (followings.find(({ afterSeq }) => afterSeq === 0)?.events ?? []).filter(
    ({ __typename }) => __typename === 'MessageStarted',
  );
  // An attempt that died before its first append asked the provider and left nothing but the gap in the attempts.
  const attempts = starts.map(({ attempt = 0 }) => attempt);
  const silent = Math.max(0, ...attempts) - new Set(attempts).size;
  // The failure in the middle came while all text was still held back, so nobody saw that model; or the attempt lost
  // its log while the next model was asked, and could not append that.
  const isUnseen = starts.length < 2 || attempts.some((attempt) => attempt > 1);
  const unwritten = providerFails && isUnseen ? 1 : 0;
  return (starts.length + silent) * requests + unwritten + providerRefusals;
};

export const checkSend = (evidence: Evidence): readonly Violation[] => {
  const known = new Map<number, string>();
  const found = [...evidence.followings, ...(evidence.replay ? [evidence.replay] : [])].flatMap((following) =>
    checkFollowing(evidence, following, known),
  );
  const { stored, ledger, replies, providerCalls } = evidence;
  if (replies !== 1) found.push(['sent twice', `${replies} replies`]);
  const allowed = [
    'COMPLETED',
    ...(evidence.providerFails ? ['PARTIAL'] : []),
    ...(evidence.stopped ? ['CANCELLED'] : []),
    ...(evidence.mayNotFit && evidence.workersDie ? ['FAILED'] : []),
  ];
  const isPrefix = wholeText(evidence).startsWith(stored?.content ?? '');
  if (stored === undefined || !allowed.includes(stored.status))
    found.push(['reply failed', stored?.status ?? 'not stored']);
  else if ((!isPrefix && stored.status !== 'FAILED') || (stored.status === 'COMPLETED' && !isComplete(evidence)))
    found.push(['text is not the reply', stored.content]);
  if (ledger.length !== 1) found.push(['not billed once', `${ledger.length} lines`]);
  else if (isComplete(evidence) && (ledger[0]?.outputTokens === 0) !== (stored?.reuse != null))
    found.push(['not billed once', `${ledger[0]?.outputTokens} tokens, from ${stored?.reuse ?? 'a model'}`]);
  if (stored?.reuse != null && !evidence.isCommon) found.push(['served to another request', stored.reuse]);
  const attempts = evidence.followings.flatMap((one) => one.events.map(({ attempt = 1 }) => attempt));
  if (!evidence.workersDie && evidence.call?.decision === undefined && attempts.some((attempt) => attempt > 1))
    found.push(['taken from a living worker', `attempt ${Math.max(...attempts)}`]);
  if (!evidence.isCommon && providerCalls > explainedCalls(evidence))
    found.push(['provider asked too often', `${providerCalls} calls, ${explainedCalls(evidence)} explained`]);
  found.push(...checkCalls(evidence));
  return found.map(([kind, detail, atMs]) => ({
    kind,
    messageId: evidence.messageId,
    detail: detail.slice(0, 300),
    ...(atMs === undefined ? {} : { atMs }),
  }));
};
