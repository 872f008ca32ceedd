/**
 * Who said what of an answer, and with how many tokens: read from the log, so that also those are itemised whose worker was killed before
 * it could tell. Invariant: a part is in the answer exactly when no reset came after it.
 */
import { AppError } from '#kernel/errors.ts';
import type { AnswerPart, TokenUsage } from '#kernel/messages/events.ts';
import type { GenerationJob, RouteCandidate } from '#kernel/messages/generation-job.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { buildPrompt } from '../prompt/build-prompt.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import type { Answer } from './answer.ts';
import { toolsFor } from './candidate.ts';
import { stepsOf, writtenOf } from './steps.ts';
import { noUsage } from './token-usage.ts';

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

export interface AnswerPartsOptions {
  readonly job: GenerationJob;
  readonly registry: ModelRegistry;
  /** All of the log. */
  readonly entries: readonly StreamEntry[];
  readonly attempt: number;
  readonly answered: Answer;
}

export const answerParts = ({ job, registry, entries, attempt, answered }: AnswerPartsOptions): AnswerPart[] => {
  const count = (candidate: RouteCandidate, { said }: Speaker): TokenUsage => {
    const countTokens = registry.find(candidate.modelId)?.countTokens ?? countO200kTokens;
    const { contextWindow, maxOutputTokens } = candidate;
    const limits = { contextWindow, maxOutputTokens, countTokens };
    const tools = toolsFor(job, candidate);
    const inputOf = ({ at }: Said): number => {
      try {
        return buildPrompt(job.history, limits, { steps: stepsOf(entries.slice(0, at)), tools }).countInputTokens();
      } catch (fault) {
        if (!(fault instanceof AppError)) throw fault;
        return 0;
      }
    };
    const sum = (tokensOf: (one: Said) => number): number => said.reduce((all, one) => all + tokensOf(one), 0);
    return { ...noUsage, inputTokens: sum(inputOf), outputTokens: sum(({ written }) => countTokens(written)) };
  };
  const partOf = (candidate: RouteCandidate, usage: TokenUsage, of: number, inAnswer: boolean): AnswerPart => {
    const { modelId, provider, price } = candidate;
    return { attempt: of, modelId, provider, price, usage, inAnswer };
  };

  const speakers = speakersOf(entries);
  const { by, spoke, status, usage } = answered;
  const parts = speakers.flatMap((one, index) => {
    const candidate = job.candidates.find(({ modelId }) => modelId === one.modelId);
    if (candidate === undefined) return [];
    // The last one of this attempt has told itself what it used.
    const isOwn = index === speakers.length - 1 && spoke && one.attempt === attempt;
    return [partOf(candidate, isOwn ? usage : count(candidate, one), one.attempt, one.inAnswer)];
  });
  const silent = !spoke && (status === 'COMPLETED' || status === 'CANCELLED');
  return silent && by !== undefined && usage !== noUsage
    ? [...parts, partOf(by.candidate, usage, attempt, true)]
    : parts;
};
