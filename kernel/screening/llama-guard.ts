/**
 * A Llama Guard model as a detector, over the chat completions of an OpenAI-compatible server. It writes `safe`, or
 * `unsafe` and a line with hazards such as `S1,S10`. Invariant: anything else is a fault, also a hazard that is not
 * known: a model that was asked something else, or was talked into something, screens nothing.
 */
import { z } from 'zod';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import { type Detector, DetectorFault } from './detector.ts';
import type { EndpointOptions } from './moderations-endpoint.ts';
import { postJson } from './post-json.ts';

const responseSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/** Of the MLCommons hazards, those that our categories are about. */
const categoryOf: ReadonlyMap<string, ModerationCategory> = new Map([
  ['S1', 'THREAT'],
  ['S9', 'THREAT'],
  ['S10', 'HATE'],
  ['S11', 'SELF_HARM'],
]);
const verdictPattern = /^\s*(?:(safe)|unsafe\s*\n\s*((?:S(?:1[0-4]|[1-9])\s*,?\s*){1,14}))\s*$/;
/** It says yes or no. */
const certain = 0.95;
/** Tokens of a verdict. */
const verdictTokens = 64;

export const createLlamaGuard = ({ baseUrl, apiKey, model }: EndpointOptions): Detector => ({
  async screen(text, signal) {
    const body = {
      model,
      messages: [{ role: 'user', content: text }],
      max_tokens: verdictTokens,
      temperature: 0,
      stream: false,
    };
    const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;
    const parsed = responseSchema.safeParse(await postJson({ url, apiKey, body, signal }));
    const found = verdictPattern.exec((parsed.data?.choices[0]?.message.content ?? '').slice(0, 500));
    if (found === null) throw new DetectorFault('UNREADABLE');
    const [, safe, hazards = ''] = found;
    if (safe !== undefined) return [];
    const categories = new Set(hazards.split(/[\s,]+/).flatMap((hazard) => categoryOf.get(hazard) ?? []));
    return [...categories].map((category) => ({ category, score: certain }));
  },
});
