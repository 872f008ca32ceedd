/** An OpenAI-compatible `/moderations` endpoint as a detector. */
import { z } from 'zod';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import { type Detector, DetectorFault } from './detector.ts';
import { postJson } from './post-json.ts';

const score = z.number().min(0).max(1);
const responseSchema = z.object({
  results: z.array(z.object({ category_scores: z.record(z.string(), score) })).length(1),
});

/** What stands for our categories. The others (sexual content, depicted violence) are none of ours. */
const categoryOf: ReadonlyMap<string, ModerationCategory> = new Map([
  ['hate', 'HATE'],
  ['hate/threatening', 'HATE'],
  ['harassment/threatening', 'THREAT'],
  ['illicit/violent', 'THREAT'],
  ['self-harm', 'SELF_HARM'],
  ['self-harm/intent', 'SELF_HARM'],
  ['self-harm/instructions', 'SELF_HARM'],
]);

export interface EndpointOptions {
  /** Of the API, such as https://api.openai.com/v1. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly model: string;
}

export const createModerationsEndpoint = ({ baseUrl, apiKey, model }: EndpointOptions): Detector => ({
  async screen(text, signal) {
    const url = `${baseUrl.replace(/\/+$/, '')}/moderations`;
    const parsed = responseSchema.safeParse(await postJson({ url, apiKey, body: { model, input: text }, signal }));
    const scores = parsed.data?.results[0]?.category_scores;
    // A response without any category that it is asked for has screened something else.
    if (scores === undefined || ![...categoryOf.keys()].some((name) => Object.hasOwn(scores, name))) {
      throw new DetectorFault('UNREADABLE');
    }
    const best = new Map<ModerationCategory, number>();
    for (const [name, value] of Object.entries(scores)) {
      const category = categoryOf.get(name);
      if (category !== undefined) best.set(category, Math.max(best.get(category) ?? 0, value));
    }
    return [...best].map(([category, value]) => ({ category, score: Math.round(value * 100) / 100 }));
  },
});
