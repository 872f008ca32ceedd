/**
 * The tool calls of one step of a reply. The log records the start and the outcome of each; in between they run side by
 * side. Invariant: a call's identity (its id in the log, the tool's idempotency key) depends only on its name and
 * arguments, and on how often the same call was made before. So a call that a reset voided is recognised when the next
 * model makes it again, and gets the outcome that it had.
 */
import { createHash } from 'node:crypto';
import type { LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { ReplyJob } from '#contracts/generation-job.ts';
import type { StreamEvent, ToolCall, ToolCallRecord } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { type CallScreening, withheldArguments } from '../moderation/screen-calls.ts';
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
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Aborted when a person asked to stop: running calls then fail. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more: running calls are then left to the next worker. */
  readonly abandon: AbortSignal;
}

/** Runs calls whose start is in the log. Rejects with the reason of `abandon` and with the log's fault. */
export const runToolCalls = async (context: ToolCallContext, calls: readonly RequestedCall[]): Promise<void> => {
  const { tools, job, screening, append, stop, abandon } = context;
  const ended = AbortSignal.any([stop, abandon]);
  const screened = async (outcome: ToolOutcome): Promise<ToolOutcome> => {
    const refusal = await screening.refusal(outcome.result, 'result');
    return refusal === undefined ? outcome : { status: 'FAILED', result: refusal };
  };
  const run = async ({ id, name, arguments: text }: RequestedCall): Promise<void> => {
    const call = { id, name, arguments: text };
    const outcome = await screened(await tools.run(job, call, ended));
    abandon.throwIfAborted();
    await append([{ type: 'ToolCallCompleted', toolCall: { ...call, ...outcome } }]);
  };
  await Promise.all(calls.map(run));
};

export interface AskedToolCalls {
  readonly asked: readonly LanguageModelV4ToolCall[];
  /** The steps of the reply before these calls. */
  readonly steps: readonly ReplyStep[];
  /** The whole log. */
  readonly entries: readonly StreamEntry[];
}

/**
 * Starts the calls that a model asks for and runs those without a known outcome. Resolves with their ids in the log.
 * Rejects as `runToolCalls` does.
 */
export const startToolCalls = async (
  context: ToolCallContext,
  { asked, steps, entries }: AskedToolCalls,
): Promise<readonly string[]> => {
  const { screening } = context;
  const refusals = await Promise.all(asked.map(({ input }) => screening.refusal(input, 'arguments')));
  const calls = identify(
    asked.map(({ toolName, input }, index) => ({
      toolName,
      input: refusals[index] === undefined ? input : withheldArguments,
    })),
    steps,
  );
  const outcomes = outcomesIn(entries);
  const ended = calls.flatMap((call, index): ToolCallRecord[] => {
    const known = outcomes.get(call.id);
    const refusal = refusals[index];
    if (refusal !== undefined) return [{ ...call, status: 'FAILED', result: refusal }];
    if (known !== undefined) return [known];
    return index < maxCallsPerStep ? [] : [{ ...call, status: 'FAILED', result: 'These are too many calls at once.' }];
  });
  await context.append([
    ...calls.map((toolCall): StreamEvent => ({ type: 'ToolCallStarted', toolCall })),
    ...ended.map((toolCall): StreamEvent => ({ type: 'ToolCallCompleted', toolCall })),
  ]);
  await runToolCalls(
    context,
    calls.filter(({ id }) => ended.every((record) => record.id !== id)),
  );
  return calls.map(({ id }) => id);
};
