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
import { noUsage } from './token-usage.ts';

interface Said {
  readonly attempt: number;
  readonly modelId: string;
  /** What was there already when it began. */
  after: string;
  text: string;
  inAnswer: boolean;
}

/** Speakers in the order in which they began; those who said nothing are left out. */
const speakersOf = (entries: readonly StreamEntry[]): readonly Said[] => {
  const all: Said[] = [];
  let text = '';
  for (const { event } of entries) {
    if (event.type === 'MessageStarted')
      all.push({ attempt: event.attempt, modelId: event.modelId, after: text, text: '', inAnswer: true });
    const last = all.at(-1);
    if (event.type === 'MessageReset') {
      text = '';
      for (const said of all) said.inAnswer &&= said.text === '';
      if (last) last.after = '';
    }
    if (event.type === 'TokenDelta' && last) {
      text += event.text;
      last.text += event.text;
    }
  }
  return all.filter((said) => said.text !== '');
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
  const count = (candidate: RouteCandidate, { after, text }: Said): TokenUsage => {
    const served = registry.find(candidate.modelId);
    const countTokens = served?.countTokens ?? countO200kTokens;
    const { contextWindow, maxOutputTokens } = candidate;
    try {
      const prompt = buildPrompt(job.history, { contextWindow, maxOutputTokens, countTokens }, after);
      return { ...noUsage, inputTokens: prompt.countInputTokens(), outputTokens: countTokens(text) };
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      return { ...noUsage, outputTokens: countTokens(text) };
    }
  };
  const partOf = (candidate: RouteCandidate, usage: TokenUsage, of: number, inAnswer: boolean): AnswerPart => {
    const { modelId, provider, price } = candidate;
    return { attempt: of, modelId, provider, price, usage, inAnswer };
  };

  const speakers = speakersOf(entries);
  const { by, said, status, usage } = answered;
  const parts = speakers.flatMap((one, index) => {
    const candidate = job.candidates.find(({ modelId }) => modelId === one.modelId);
    if (candidate === undefined) return [];
    // The last one of this attempt has told itself what it used.
    const isOwn = index === speakers.length - 1 && said !== '' && one.attempt === attempt;
    return [partOf(candidate, isOwn ? usage : count(candidate, one), one.attempt, one.inAnswer)];
  });
  const silent = said === '' && (status === 'COMPLETED' || status === 'CANCELLED');
  return silent && by !== undefined && usage !== noUsage
    ? [...parts, partOf(by.candidate, usage, attempt, true)]
    : parts;
};
