/**
 * Whether a person has to allow a call before it is made. Invariant: nobody is asked about a call that cannot be made,
 * because its tool does not exist or its arguments do not fit.
 */
import type { ReplyJob } from '#contracts/generation-job.ts';
import { readsForeignPassages } from '#contracts/passages.ts';
import type { ToolDecision } from '#contracts/stream-event.ts';
import type { ReplyStep } from '../transcript/reply-steps.ts';
import { areArguments } from './check-arguments.ts';
import type { RequestedCall } from './tool-runner.ts';

/** The results of calls that a person did not allow, for the model. */
export const refusedDecisions: Readonly<Record<Exclude<ToolDecision, 'APPROVED'>, string>> = {
  DENIED:
    'DENIED: The user did not allow this call, so the tool was not called. Do not make it again; go on without it.',
  EXPIRED: 'DENIED: Nobody allowed this call in time, so the tool was not called. Go on without it.',
};

/** Whether the model read what neither the user nor the administrator wrote before it made a call. */
const hasReadForeignText = (job: ReplyJob, steps: readonly ReplyStep[]): boolean =>
  steps.some(({ calls }) => calls.length > 0) ||
  readsForeignPassages(job) ||
  job.history.some(({ attachments = [] }) => attachments.length > 0);

/**
 * @param steps the steps that the model had read when it wrote the call: results of tools in them may hold words of
 * strangers
 */
export const needsApproval = (job: ReplyJob, call: RequestedCall, steps: readonly ReplyStep[]): boolean => {
  const tool = job.tools?.find(({ name }) => name === call.name);
  if (tool?.approval === undefined) return false;
  return (tool.approval === 'ALWAYS' || hasReadForeignText(job, steps)) && areArguments(tool, call.arguments);
};
