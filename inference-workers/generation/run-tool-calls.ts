/**
 * The tool calls of one step of a reply. The log records the start and the outcome of each; in between they run side by
 * side, or wait until a person allows them. Invariants: a call that needs that is never made without it; a call's
 * identity (its id in the log, the tool's idempotency key) depends only on its name and arguments, and on how often the
 * same call was made before. So a call that a reset voided is recognised when the next model makes it again, and gets
 * the outcome that it had.
 */
import { createHash } from 'node:crypto';
import type { LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { ReplyJob } from '#contracts/generation-job.ts';
import {
  isOpenCall,
  type StreamEvent,
  type ToolCall,
  type ToolCallRecord,
  type ToolDecision,
} from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { type CallScreening, withheldArguments } from '../moderation/screen-calls.ts';
import type { ReplySources } from '../sources/reply-sources.ts';
import { needsApproval, refusedDecisions } from '../tools/needs-approval.ts';
import type { RequestedCall, ToolOutcome, ToolRunner } from '../tools/tool-runner.ts';
import { outcomesIn, type ReplyStep } from '../transcript/reply-steps.ts';

/** Calls of one step that are run. A model that asks for more at once goes in circles. */
const maxCallsPerStep = 8;

/** Nine letters and digits: every provider accepts that as the id of a call, and Mistral accepts nothing else. */
const idOf = (name: string, text: string, times: number): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, text, times]))
    .digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(-9);
};

/**
 * A name that providers take back. For an invented name the model gets a failure as the result, instead of a refusal of
 * its request.
 */
const usableName = (name: string): string => name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unnamed';
const usableText = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** A call that nobody has to allow any more. */
type ApprovedCall = RequestedCall & { readonly decision?: 'APPROVED' };

type AskedCall = Pick<LanguageModelV4ToolCall, 'toolName' | 'input'>;

/** @param steps the steps before these calls. */
const identify = (asked: readonly AskedCall[], steps: readonly ReplyStep[]): readonly RequestedCall[] => {
  const known: Pick<ToolCall, 'name' | 'arguments'>[] = steps.flatMap(({ calls }) => calls);
  return asked.map(({ toolName, input }) => {
    const call = { name: usableName(toolName), arguments: usableText(input) };
    const times = known.filter((one) => one.name === call.name && one.arguments === call.arguments).length;
    known.push(call);
    return { id: idOf(call.name, call.arguments, times), ...call };
  });
};

export interface ToolCallContext {
  readonly tools: ToolRunner;
  readonly job: ReplyJob;
  readonly screening: CallScreening;
  /** Numbers what searches in documents find. */
  readonly sources: ReplySources;
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Aborted when a person asked to stop: running calls then fail. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more: running calls are then left to the next worker. */
  readonly abandon: AbortSignal;
}

/** Runs calls whose start is in the log. Rejects with the reason of `abandon` and with the log's fault. */
const runToolCalls = async (context: ToolCallContext, calls: readonly ApprovedCall[]): Promise<void> => {
  const { tools, job, screening, sources, append, stop, abandon } = context;
  const ended = AbortSignal.any([stop, abandon]);
  const screened = async (outcome: ToolOutcome): Promise<ToolOutcome> => {
    const refusal = await screening.refusal(outcome.result, 'result');
    return refusal === undefined ? outcome : { status: 'FAILED', result: refusal };
  };
  const run = async (call: ApprovedCall): Promise<void> => {
    const [calledAt, startedAt] = [Date.now(), performance.now()];
    const result = sources.refusal(call) ?? (await tools.run(job, call, ended));
    const durationMs = Math.round(performance.now() - startedAt);
    const { found, ...outcome } = await screened(result);
    abandon.throwIfAborted();
    const toolCall = { ...call, ...outcome, calledAt, durationMs };
    // No await between the numbers and the append, so that the log has them in the order in which they are given.
    const events =
      found === undefined ? [{ type: 'ToolCallCompleted' as const, toolCall }] : sources.add(toolCall, found);
    await append(events);
  };
  await Promise.all(calls.map(run));
};

const decisionOf = ({ parked }: ReplyJob, { id }: RequestedCall): ToolDecision | undefined => parked?.decisions[id];

const deniedCall = (call: RequestedCall, decision: Exclude<ToolDecision, 'APPROVED'>): ToolCallRecord => ({
  ...call,
  status: 'FAILED',
  result: refusedDecisions[decision],
  decision,
});

/**
 * Sees to the calls that an earlier worker started: those that ran are run again, and those that waited for a decision
 * are run or refused as the job says. Resolves with whether some still wait. Rejects as `runToolCalls` does.
 */
export const resumeToolCalls = async (context: ToolCallContext, calls: readonly ToolCall[]): Promise<boolean> => {
  const { job, append, stop } = context;
  const running: ApprovedCall[] = [];
  const events: StreamEvent[] = [];
  let isWaiting = false;
  for (const { status, ...call } of calls.filter(isOpenCall)) {
    const decision = status === 'RUNNING' ? undefined : decisionOf(job, call);
    if (status === 'RUNNING') running.push(call);
    else if (decision === undefined || stop.aborted) isWaiting = true;
    else if (decision !== 'APPROVED') events.push({ type: 'ToolCallCompleted', toolCall: deniedCall(call, decision) });
    else {
      running.push({ ...call, decision });
      events.push({ type: 'ToolCallApproved', toolCall: call });
    }
  }
  if (events.length > 0) await append(events);
  await runToolCalls(context, running);
  return isWaiting;
};

export interface AskedToolCalls {
  readonly asked: readonly LanguageModelV4ToolCall[];
  /** The steps of the reply before these calls. */
  readonly steps: readonly ReplyStep[];
  /** The whole log. */
  readonly entries: readonly StreamEntry[];
}

export interface StartedToolCalls {
  /** In the log. */
  readonly ids: readonly string[];
  /** Whether a person has to decide about some of them. All others have completed. */
  readonly isWaiting: boolean;
}

/** The calls with their ids, without arguments that may not be shown, and the outcomes that are known before a call. */
const prepareCalls = async (
  { screening, job }: ToolCallContext,
  { asked, steps, entries }: AskedToolCalls,
): Promise<{ readonly calls: readonly RequestedCall[]; readonly ended: readonly ToolCallRecord[] }> => {
  const refusals = await Promise.all(asked.map(({ input }) => screening.refusal(input, 'arguments')));
  const shown = asked.map(({ toolName, input }, index) => ({
    toolName,
    input: refusals[index] === undefined ? input : withheldArguments,
  }));
  const calls = identify(shown, steps).map((call): RequestedCall => {
    const server = job.tools?.find(({ name }) => name === call.name)?.mcp?.server;
    return server === undefined ? call : { ...call, server };
  });
  const outcomes = outcomesIn(entries);
  const ended = calls.flatMap((call, index): ToolCallRecord[] => {
    const known = outcomes.get(call.id);
    const refusal = refusals[index];
    const decision = decisionOf(job, call);
    if (refusal !== undefined) return [{ ...call, status: 'FAILED', result: refusal }];
    if (known !== undefined) return [known];
    if (index >= maxCallsPerStep) {
      return [{ ...call, status: 'FAILED', result: 'These are too many calls at once.' }];
    }
    return decision === undefined || decision === 'APPROVED' ? [] : [deniedCall(call, decision)];
  });
  return { calls, ended };
};

/**
 * Starts the calls that a model asks for, and runs those without a known outcome that nobody has to allow first.
 * Rejects as `runToolCalls` does.
 */
export const startToolCalls = async (context: ToolCallContext, asked: AskedToolCalls): Promise<StartedToolCalls> => {
  const { job } = context;
  const { calls, ended } = await prepareCalls(context, asked);
  const open = calls.filter(({ id }) => ended.every((record) => record.id !== id));
  const needing = open.filter((call) => needsApproval(job, call, asked.steps));
  const waiting = needing.filter((call) => decisionOf(job, call) === undefined);
  const approved = needing.filter((call) => decisionOf(job, call) === 'APPROVED');
  const eventOf =
    (type: 'ToolCallStarted' | 'ToolCallAwaitingApproval' | 'ToolCallApproved') =>
    (toolCall: RequestedCall): StreamEvent => ({ type, toolCall });
  await context.append([
    ...calls.map(eventOf('ToolCallStarted')),
    ...ended.map((toolCall): StreamEvent => ({ type: 'ToolCallCompleted', toolCall })),
    ...approved.map(eventOf('ToolCallApproved')),
    ...waiting.map(eventOf('ToolCallAwaitingApproval')),
  ]);
  const running = open.filter((call) => !waiting.includes(call));
  await runToolCalls(
    context,
    running.map((call) => (approved.includes(call) ? { ...call, decision: 'APPROVED' } : call)),
  );
  return { ids: calls.map(({ id }) => id), isWaiting: waiting.length > 0 };
};
