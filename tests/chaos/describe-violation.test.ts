/** A violation is reported with its reasons: what was being done to the system, and what its processes logged. */
import { expect, test } from 'vitest';
import { describeViolation } from './describe-violation.ts';
import { createFaultLog } from './fault-log.ts';

const at = Date.UTC(2026, 0, 1, 12);
/** As the clients make them: of version 7, sent two seconds before. */
const madeAt = (at - 2_000).toString(16).padStart(12, '0');
const messageId = `${madeAt.slice(0, 8)}-${madeAt.slice(8)}-7000-8000-000000000001`;
const line = (level: number, time: number, rest: object) => JSON.stringify({ level, time, service: 'usage', ...rest });
const done = { name: 'kill usage', atMs: 0, replica: 0, lastsMs: 10 } as const;

test('lists the faults and the errors around the moment, and every line that names the message', () => {
  const log = createFaultLog();
  log.take('usage', line(50, at - 1_000, { msg: 'unexpected fault', err: { message: 'why' } }));
  log.take('usage', line(40, at - 1_000, { msg: 'a warning of others' }));
  log.take('usage', line(50, at - 60_000, { msg: 'long ago' }));
  log.take('worker', line(40, at - 60_000, { msg: 'a model failed', messageId }));
  const history = [
    { ...done, fromMs: at - 3_000, toMs: at - 2_000 },
    { ...done, name: 'cut redis' as const, fromMs: at - 90_000, toMs: at - 80_000 },
  ];
  const evidence = {
    messageId,
    isCommon: false,
    words: 1,
    ...{ requests: 1, mayNotFit: false, timesCalled: 0 },
    stopped: false,
    providerFails: false,
    followings: [
      {
        afterSeq: 0,
        faults: [],
        arrivedAtMs: [],
        events: [
          { __typename: 'MessageStarted', seq: 1, attempt: 1 },
          { __typename: 'TokenDelta', seq: 2, text: 'w0 ' },
          { __typename: 'TokenDelta', seq: 3, text: 'w1 ' },
        ],
      },
    ],
    replay: undefined,
    replies: 1,
    stored: undefined,
    ledger: [],
    workersDie: false,
    logsLost: false,
    providerCalls: 1,
    providerRefusals: 0,
  };
  const violation = {
    kind: 'refused or torn off',
    messageId,
    detail: 'INTERNAL_SERVER_ERROR',
    atMs: at,
  } as const;
  const described = describeViolation(violation, evidence, log, history).circumstances.join('\n');
  expect(described).toContain('sent at 11:59:58.000');
  expect(described).toContain('seen at 12:00:00.000');
  expect(described).toContain('followed after 0: 1 MessageStarted/1, 2 deltas');
  expect(described).toContain('stored: nothing');
  expect(described).toContain('kill usage');
  expect(described).not.toContain('cut redis');
  expect(described).toMatch(/usage: unexpected fault .*why/);
  expect(described).toContain('worker: a model failed');
  expect(described).not.toContain('others');
  expect(described).not.toContain('long ago');
});

test('what a process prints when it dies is no line of the log, and is reported too', () => {
  const log = createFaultLog();
  log.take('usage', 'usage: Port 1 is in use.');
  expect(log.about(Date.now(), '').map(({ text }) => text)).toEqual(['usage: Port 1 is in use.']);
});
