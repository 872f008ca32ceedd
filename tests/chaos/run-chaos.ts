/**
 * One run: users talk while the schedule is carried out; then everything has to come to rest, and each send is judged.
 */
import { z } from 'zod';
import { type McpServer, startMcpServer } from '#tests/mcp-server/mcp-server.ts';
import { createClient, type TestClient } from '#tests/support/client.ts';
import { createRandom } from '#tests/support/random.ts';
import { checkSend, checkWithoutLog, type Violation } from './check.ts';
import { type DescribedViolation, describeViolation } from './describe-violation.ts';
import { openDistributedStand } from './distributed-stand.ts';
import type { Evidence } from './evidence.ts';
import { type DoneFault, torment } from './faults.ts';
import { follow, type Passed } from './follow.ts';
import { createCallCounter, evidenceOf, type Stored } from './gather.ts';
import { type Send, talk } from './load.ts';
import { prepare } from './prepare.ts';
import { type FaultName, losesLogs, type PlannedFault, planFaults, takesRepliesAway } from './schedule.ts';
import type { Stand } from './stand.ts';
import { openStandaloneStand } from './standalone-stand.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly streams: number;
  /** Milliseconds for which users begin something new. */
  readonly durationMs: number;
  /** Milliseconds between two faults, on average. */
  readonly everyMs: number;
  readonly faults: readonly FaultName[];
  /** Torments the standalone in place of separate processes. Default: false. */
  readonly standalone?: boolean;
  /** Called with what happens, line by line. */
  readonly say: (line: string) => void;
}

export interface ChaosResult {
  readonly plan: readonly PlannedFault[];
  readonly done: ReadonlyMap<FaultName, number>;
  readonly history: readonly DoneFault[];
  readonly sends: readonly Send[];
  readonly events: number;
  /** Errors that clients received and that passed, by code. */
  readonly passed: ReadonlyMap<string, number>;
  readonly violations: readonly DescribedViolation[];
}

/** Milliseconds after the last fault in which everything must have ended, else it hangs. */
const restMs = 45_000;
const pollMs = 250;

/** The stores may be on their way back. */
const readPatiently = async (
  stand: Stand,
  sends: readonly Send[],
  deadline: number,
): Promise<ReadonlyMap<string, Stored>> => {
  for (;;) {
    try {
      return await stand.readStored(sends);
    } catch (fault) {
      if (Date.now() > deadline) throw fault;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
};

/** Asks until every send is stored with an end and billed, or the time is over. */
const untilStored = async (stand: Stand, sends: readonly Send[], deadline: number) => {
  for (;;) {
    const stored = await readPatiently(stand, sends, deadline);
    const done = [...stored.values()].every(
      ({ status, bills }) => !/QUEUED|STREAMING/.test(status) && bills.length > 0,
    );
    if (done || Date.now() > deadline) return stored;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
};

/** Titles are on their way a little longer than replies. */
const untilNothingIsLeft = async (stand: Stand, deadline: number): Promise<readonly string[]> => {
  for (;;) {
    const left = await stand.findLeftovers();
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
};

const askedSchema = z.object({ city: z.string() });

/** The cities that tools were asked for. */
const callsMade = async (mcp: McpServer): Promise<readonly string[]> =>
  (await mcp.asked()).asked.flatMap(({ arguments: given }) => askedSchema.safeParse(given).data?.city ?? []);

const openUser = async (stand: Stand, stack: AsyncDisposableStack): Promise<readonly [TestClient, ...TestClient[]]> => {
  const token = await stand.sign('ada');
  const [first, ...others] = stand.urls;
  const open = (url: string): TestClient => stack.use(createClient(() => url, token));
  return [open(first), ...others.map(open)];
};

export const runChaos = async (options: ChaosOptions): Promise<ChaosResult> => {
  const { streams, durationMs, say } = options;
  const random = createRandom(options.seed);
  const plan = planFaults(random.fork(), options.faults, durationMs, options.everyMs);
  await using stack = new AsyncDisposableStack();
  const stand = stack.use(await (options.standalone ? openStandaloneStand() : openDistributedStand()));
  const mcp = stack.use(await startMcpServer());
  await prepare(stand, mcp);
  const counter = createCallCounter(stand.provider);
  const looking = setInterval(counter.look, pollMs);
  stack.defer(() => clearInterval(looking));
  const users = await Promise.all(Array.from({ length: streams }, () => openUser(stand, stack)));
  say(`${streams} users talk for ${durationMs / 1000} s; ${plan.length} faults`);

  const talkUntil = AbortSignal.timeout(durationMs);
  const deadline = new AbortController();
  const passed: Passed = new Map();
  const tormentor = torment(stand, plan);
  const talking = Promise.all(
    users.map((clients) => talk({ clients, random: random.fork(), talkUntil, deadline: deadline.signal, passed })),
  );
  await tormentor.over;
  const timer = setTimeout(() => deadline.abort(), Math.max(0, durationMs / 10) + restMs);
  const sends = (await talking).flat();
  clearTimeout(timer);
  const stored = await untilStored(stand, sends, Date.now() + restMs);
  const [clients] = users;

  const run = {
    workersDie: [...tormentor.done.keys()].some(takesRepliesAway),
    logsLost: [...tormentor.done.keys()].some(losesLogs),
  };
  const made = await callsMade(mcp);
  const violations: DescribedViolation[] = [];
  const blame = (found: readonly Violation[], evidence?: Evidence): void => {
    violations.push(...found.map((one) => describeViolation(one, evidence, stand.faultLog, tormentor.history)));
  };
  for (const send of sends) {
    const { messageId } = send;
    const replay =
      clients && (await follow({ clients, messageId, afterSeq: 0, deadline: AbortSignal.timeout(restMs) }));
    const evidence = evidenceOf({
      send,
      stored: stored.get(messageId),
      providerCalls: counter.of(send.seenPrompt),
      timesCalled: made.filter((city) => city === send.call?.city).length,
      run,
      replay,
    });
    const refused = send.sendFaults.map(
      ({ what, atMs }): Violation => ({ kind: 'refused or torn off', messageId, detail: what, atMs }),
    );
    blame([...checkSend(evidence), ...refused], evidence);
  }
  for (const prompt of counter.unmasked) blame([{ kind: 'seen by the model', messageId: '-', detail: prompt }]);
  // Once more when nothing but the database knows the replies.
  await stand.forgetLogs();
  const kept = await readPatiently(stand, sends, Date.now() + restMs);
  for (const { messageId } of sends) {
    const replay =
      clients && (await follow({ clients, messageId, afterSeq: 0, deadline: AbortSignal.timeout(restMs) }));
    if (replay) blame(checkWithoutLog(messageId, stored.get(messageId), kept.get(messageId), replay));
  }
  const left = await untilNothingIsLeft(stand, Date.now() + restMs);
  blame(left.map((detail): Violation => ({ kind: 'left behind', messageId: '-', detail })));
  const events = sends.flatMap(({ followings }) => followings).reduce((sum, one) => sum + one.events.length, 0);
  return { plan, done: tormentor.done, history: tormentor.history, sends, events, passed, violations };
};
