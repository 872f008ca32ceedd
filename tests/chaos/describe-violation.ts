/** A violation with what went on around it: the faults that were being done, and what the processes said went wrong. */
import type { StreamedEvent } from '#tests/support/client.ts';
import type { Violation } from './check.ts';
import type { Evidence } from './evidence.ts';
import type { FaultLog } from './fault-log.ts';
import type { DoneFault } from './faults.ts';

export interface DescribedViolation extends Violation {
  /** Lines for people. */
  readonly circumstances: readonly string[];
}

const mostLines = 12;
const mostCharacters = 1_200;
/** Milliseconds before the violation in which a fault that is over may still be its cause. */
const causesBeforeMs = 6_000;
/** Milliseconds after its send in which a reply meets its faults, where nobody knows the moment. */
const repliedWithinMs = 15_000;

const time = (atMs: number): string => new Date(atMs).toISOString().slice(11, 23);

/** When an id of version 7 was made. */
const madeAt = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** Deltas are counted, all other events listed: `1 MessageStarted/1, 12 deltas, 14 MessageCompleted`. */
const summary = (events: readonly StreamedEvent[]): string => {
  const parts: string[] = [];
  let deltas = 0;
  for (const { __typename, seq, attempt } of events) {
    if (__typename === 'TokenDelta') {
      deltas += 1;
      continue;
    }
    if (deltas > 0) parts.push(`${deltas} deltas`);
    deltas = 0;
    parts.push(`${seq} ${__typename}${attempt === undefined ? '' : `/${attempt}`}`);
  }
  if (deltas > 0) parts.push(`${deltas} deltas`);
  return parts.join(', ');
};

const whatIsKnown = ({ followings, replay, stored, ledger }: Evidence): readonly string[] => [
  ...followings.map(({ afterSeq, events }) => `    followed after ${afterSeq}: ${summary(events)}`),
  ...(replay ? [`    streamed afterwards: ${summary(replay.events)}`] : []),
  `    stored: ${stored?.status ?? 'nothing'}, ${stored?.content.length ?? 0} characters; ledger: ${JSON.stringify(ledger)}`,
];

export const describeViolation = (
  violation: Violation,
  evidence: Evidence | undefined,
  log: FaultLog,
  history: readonly DoneFault[],
): DescribedViolation => {
  const { atMs, messageId } = violation;
  const sentAt = evidence && madeAt(messageId);
  const from = (atMs === undefined ? sentAt : atMs - causesBeforeMs) ?? Number.NaN;
  const to = atMs ?? from + repliedWithinMs;
  const faults = history.filter(({ fromMs, toMs = Number.POSITIVE_INFINITY }) => fromMs <= to && toMs > from);
  const lines = log.about(atMs, evidence ? messageId : '');
  return {
    ...violation,
    circumstances: [
      ...(sentAt === undefined ? [] : [`    sent at ${time(sentAt)}`]),
      ...(atMs === undefined ? [] : [`    seen at ${time(atMs)}`]),
      ...(evidence ? whatIsKnown(evidence) : []),
      ...faults.map(
        ({ name, replica, fromMs, toMs }) =>
          `    ${name} ${replica}: ${time(fromMs)} to ${toMs === undefined ? 'the end' : time(toMs)}`,
      ),
      ...lines
        .slice(-mostLines)
        .map((line) => `    ${time(line.atMs)} ${line.process}: ${line.text}`.slice(0, mostCharacters)),
    ],
  };
};
