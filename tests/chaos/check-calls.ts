/**
 * The judgement of the tool calls of one send: what was decided is what is stored, no call was made that its user did
 * not allow, and none more often than workers took the reply over.
 */
import type { Evidence } from './evidence.ts';

export const callViolationKinds = [
  'call is not what was asked',
  'call is not as decided',
  'called without being allowed',
  'called too often',
] as const;
type Found = readonly [kind: (typeof callViolationKinds)[number], detail: string];

const decisionOf = ({ call }: Evidence): string | null | undefined => {
  if (call === undefined) return undefined;
  if (call.decision === undefined) return null;
  return call.decided === 'REFUSED' || call.decided === undefined ? 'EXPIRED' : call.decided;
};

/** Why a call comes to nothing whose process stood still, or ended, while it was made. */
const lostCalls: readonly unknown[] = ['The tool cannot be reached.', 'The tool did not respond in time.'];

export const checkCalls = (evidence: Evidence): readonly Found[] => {
  const { call, stored, stopped, followings, timesCalled } = evidence;
  if (stored === undefined) return [];
  const calls = stored.toolCalls;
  if (call === undefined) return calls.length === 0 ? [] : [['call is not what was asked', JSON.stringify(calls)]];
  const found: Found[] = [];
  const [one] = calls;
  if (calls.length > 1 || (one !== undefined && one.arguments !== call.arguments)) {
    found.push(['call is not what was asked', JSON.stringify(calls)]);
  }
  if (stored.status === 'COMPLETED') {
    const wanted = decisionOf(evidence);
    const isMade = wanted === null || wanted === 'APPROVED';
    const result = isMade ? `called weather with ${call.arguments}` : /^DENIED: /;
    const fits = typeof result === 'string' ? one?.result === result : result.test(one?.result ?? '');
    const isLost = isMade && evidence.workersDie && one?.status === 'FAILED' && lostCalls.includes(one.result);
    const isRight = one?.decision === wanted && (isLost || (one?.status === (isMade ? 'COMPLETED' : 'FAILED') && fits));
    if (!isRight) found.push(['call is not as decided', `${wanted}: ${JSON.stringify(one)}`]);
  }
  const mayBeMade = call.decision === undefined || call.decided === 'APPROVED';
  if (!mayBeMade && timesCalled > 0) found.push(['called without being allowed', `${timesCalled} times`]);
  const attempts = Math.max(1, ...followings.flatMap(({ events }) => events.map(({ attempt = 1 }) => attempt)));
  // The last attempt of a reply that was stopped may have ended without an event of its own.
  const most = attempts + (stopped ? 1 : 0);
  if (timesCalled > most) found.push(['called too often', `${timesCalled} times in ${attempts} attempts`]);
  return found;
};
