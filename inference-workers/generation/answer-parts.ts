/**
 * Who said what of an answer, and with how many tokens: read from the log, so that also those are itemised whose worker
 * was killed before it could tell. Invariant: a part is in the answer exactly when no reset came after it.
 */
import { AppError } from '#kernel/errors.ts';
import type { AnswerPart, TokenUsage } from '#kernel/messages/events.ts';
import type { GenerationJob, RouteCandidate } from '#kernel/messages/generation-job.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { type AnswerSoFar, buildPrompt, type PromptLimits } from '../prompt/build-prompt.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import type { Answer } from './answer.ts';
import { toolsFor } from './candidate.ts';
import { stepsOf, writtenOf } from './steps.ts';
import { addUsage, noUsage } from './token-usage.ts';

/** One request that somebody answered, if only in part. */
interface Said {
  /** Index in the log of the first event of it. */
  readonly at: number;
  /** Text, and what was called. */
  written: string;
}

interface Speaker {
  readonly attempt: number;
  readonly modelId: string;
  readonly said: Said[];
  inAnswer: boolean;
}

/** Speakers in the order in which they began; those who said nothing are left out. */
const speakersOf = (entries: readonly StreamEntry[]): readonly Speaker[] => {
  const all: Speaker[] = [];
  let saying: Said | undefined;
  for (const [at, { event }] of entries.entries()) {
    if (event.type === 'MessageStarted') {
      all.push({ attempt: event.attempt, modelId: event.modelId, said: [], inAnswer: true });
    }
    if (event.type === 'MessageReset') for (const speaker of all) speaker.inAnswer &&= speaker.said.length === 0;
    const written = writtenOf(event);
    if (written === undefined) {
      saying = undefined;
    } else if (saying) {
      saying.written += written;
    } else {
      saying = { at, written };
      all.at(-1)?.said.push(saying);
    }
  }
  return all.filter(({ said }) => said.length > 0);
};

/** 0 where it does not fit: then nobody was asked. */
const inputOf = async (job: GenerationJob, limits: PromptLimits, soFar: AnswerSoFar): Promise<number> => {
  try {
    return await (await buildPrompt(job.history, limits, soFar)).countInputTokens();
  } catch (fault) {
    if (!(fault instanceof AppError)) throw fault;
    return 0;
  }
};

export interface AnswerPartsOptions {
  readonly job: GenerationJob;
  readonly registry: ModelRegistry;
  /** All of the log. */
  readonly entries: readonly StreamEntry[];
  readonly attempt: number;
  readonly answered: Answer;
}

export const answerParts = async (options: AnswerPartsOptions): Promise<AnswerPart[]> => {
  const { job, registry, entries, attempt, answered } = options;
  const count = async (candidate: RouteCandidate, { said }: Speaker): Promise<TokenUsage> => {
    const countTokens = registry.find(candidate.modelId)?.countTokens ?? countO200kTokens;
    const { contextWindow, maxOutputTokens } = candidate;
    const limits = { contextWindow, maxOutputTokens, countTokens };
    const tools = toolsFor(job, candidate);
    let usage = noUsage;
    for (const { at, written } of said) {
      const inputTokens = await inputOf(job, limits, { steps: stepsOf(entries.slice(0, at)), tools });
      usage = addUsage(usage, { ...noUsage, inputTokens, outputTokens: countTokens(written) });
    }
    return usage;
  };
  const partOf = (candidate: RouteCandidate, usage: TokenUsage, of: number, inAnswer: boolean): AnswerPart => {
    const { modelId, provider, price } = candidate;
    return { attempt: of, modelId, provider, price, usage, inAnswer };
  };

  const speakers = speakersOf(entries);
  const { by, spoke, status, usage } = answered;
  const parts: AnswerPart[] = [];
  for (const [index, one] of speakers.entries()) {
    const candidate = job.candidates.find(({ modelId }) => modelId === one.modelId);
    if (candidate === undefined) continue;
    // The last one of this attempt has told itself what it used.
    const isOwn = index === speakers.length - 1 && spoke && one.attempt === attempt;
    const used = isOwn ? usage : await count(candidate, one);
    parts.push(partOf(candidate, used, one.attempt, one.inAnswer));
  }
  const silent = !spoke && (status === 'COMPLETED' || status === 'CANCELLED');
  return silent && by !== undefined && usage !== noUsage
    ? [...parts, partOf(by.candidate, usage, attempt, true)]
    : parts;
};
