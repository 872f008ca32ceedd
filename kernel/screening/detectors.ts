/**
 * The detectors that are set up for a process, by the names that policies have for them. Invariants: a bounded number
 * of requests runs at once and waits, beyond that a text is refused as BUSY; a text is screened within the deadline or
 * not at all, however long it is.
 */
import { z } from 'zod';
import { type DetectorName, detectorNames } from '#contracts/moderation/output-moderation.ts';
import { actionFor, type CategoryScore, type Thresholds } from '#contracts/moderation/thresholds.ts';
import { type Detector, DetectorFault, detectedCategories } from './detector.ts';
import { createLlamaGuard } from './llama-guard.ts';
import { createModerationsEndpoint } from './moderations-endpoint.ts';

/** Variables of every process that screens. */
export const detectorEnvironment = {
  MODERATIONS_URL: z
    .url()
    .optional()
    .describe(
      'An OpenAI-compatible API whose /moderations may screen texts, such as https://api.openai.com/v1, for tenants whose policy names MODERATIONS.',
    ),
  MODERATIONS_API_KEY: z.string().optional().describe('The key for MODERATIONS_URL.'),
  MODERATIONS_MODEL: z
    .string()
    .default('omni-moderation-latest')
    .describe('The model that MODERATIONS_URL is asked for.'),
  LLAMA_GUARD_URL: z
    .url()
    .optional()
    .describe(
      'An OpenAI-compatible API with a Llama Guard model, such as http://host:8000/v1, for tenants whose policy names LLAMA_GUARD.',
    ),
  LLAMA_GUARD_API_KEY: z.string().optional().describe('The key for LLAMA_GUARD_URL.'),
  LLAMA_GUARD_MODEL: z
    .string()
    .default('meta-llama/Llama-Guard-3-8B')
    .describe('The model that LLAMA_GUARD_URL is asked for.'),
  DETECTOR_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(2_000)
    .describe('Milliseconds within which a detector has to screen a text.'),
};
const detectorConfig = z.object(detectorEnvironment);
export type DetectorConfig = z.infer<typeof detectorConfig>;

export interface Detectors {
  /** Those that are set up. */
  readonly names: readonly DetectorName[];
  /**
   * The scores of a text by these detectors, the best of each category. Rejects with the first DetectorFault; a name
   * that is not set up is one.
   */
  screen(text: string, names: readonly string[]): Promise<readonly CategoryScore[]>;
}

/** Requests that run at once, and that wait, in a process. */
const mostAtOnce = 16;
const mostWaiting = 64;
/** Characters of one request, and those that it repeats of the one before. */
const pieceLength = 8_000;
const overlap = 200;

const piecesOf = (text: string): readonly string[] => {
  const pieces: string[] = [];
  for (let start = 0; ; start += pieceLength - overlap) {
    pieces.push(text.slice(start, start + pieceLength));
    if (start + pieceLength >= text.length) return pieces;
  }
};

const createSlots = () => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (running >= mostAtOnce) {
      if (waiting.length >= mostWaiting) throw new DetectorFault('BUSY');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
};

/** Whether a fault of a detector must stop the text: something that it could find is blocked. */
export const failsClosed = (thresholds: Thresholds): boolean =>
  detectedCategories.some((category) => actionFor({ category, score: 1 }, thresholds) === 'BLOCK');

export const createDetectors = (config: DetectorConfig): Detectors => {
  const setUp = new Map<string, Detector>();
  const { MODERATIONS_URL: moderationsUrl, LLAMA_GUARD_URL: guardUrl, DETECTOR_TIMEOUT_MS: timeoutMs } = config;
  if (moderationsUrl !== undefined) {
    const options = { baseUrl: moderationsUrl, apiKey: config.MODERATIONS_API_KEY, model: config.MODERATIONS_MODEL };
    setUp.set('MODERATIONS', createModerationsEndpoint(options));
  }
  if (guardUrl !== undefined) {
    const options = { baseUrl: guardUrl, apiKey: config.LLAMA_GUARD_API_KEY, model: config.LLAMA_GUARD_MODEL };
    setUp.set('LLAMA_GUARD', createLlamaGuard(options));
  }
  const withSlot = createSlots();
  return {
    names: detectorNames.filter((name) => setUp.has(name)),
    async screen(text, names) {
      const signal = AbortSignal.timeout(timeoutMs);
      const screenBy = (name: string, piece: string): Promise<readonly CategoryScore[]> =>
        withSlot(async () => {
          const detector = setUp.get(name);
          if (detector === undefined) throw new DetectorFault('NOT_SET_UP');
          if (signal.aborted) throw new DetectorFault('TIMEOUT');
          return detector.screen(piece, signal);
        });
      const pieces = piecesOf(text);
      const all = await Promise.all(names.flatMap((name) => pieces.map((piece) => screenBy(name, piece))));
      const best = new Map<CategoryScore['category'], number>();
      for (const { category, score } of all.flat()) best.set(category, Math.max(best.get(category) ?? 0, score));
      return [...best].map(([category, score]) => ({ category, score }));
    },
  };
};

/** Where none is set up. */
export const noDetectors: Detectors = createDetectors(detectorConfig.parse({}));
