/** Asks an OpenAI-compatible server for its models (`GET /models`), as Ollama, vLLM and llama.cpp implement it. */
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { isModelName } from '#kernel/catalogue/models-file.ts';
import { readText, requestProvider } from './wire/provider-request.ts';

/** Ollama without a model sends null. One entry that cannot be read does not hide the others. */
const responseSchema = z.object({
  data: z
    .array(z.object({ id: z.string() }).optional().catch(undefined))
    .nullable()
    .transform((entries) => (entries ?? []).flatMap((entry) => entry ?? [])),
});

/** Names that are taken from one provider, at most. */
const namesTaken = 200;
/** A list has a few hundred characters for each of some hundred models. */
const longestList = 4 * 1024 * 1024;

export interface ModelList {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly dispatcher: Dispatcher;
  /** Milliseconds for the whole request. */
  readonly timeoutMs: number;
  /** Aborted when the list is no longer needed. */
  readonly closed: AbortSignal;
}

export interface ModelNames {
  readonly names: readonly string[];
  /** Names that cannot be part of a model id, and those beyond the most that are taken. */
  readonly ignored: readonly string[];
}

/** Rejects when the server does not respond in time or not in this form. */
export const listModels = async (list: ModelList): Promise<ModelNames> => {
  const { baseUrl, apiKey, dispatcher, timeoutMs, closed } = list;
  const signal = AbortSignal.any([closed, AbortSignal.timeout(timeoutMs)]);
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const body = await requestProvider({ url: `${baseUrl}/models`, method: 'GET', headers, signal, dispatcher });
  const text = await readText(body, longestList);
  if (text.length > longestList) throw new Error(`GET ${baseUrl}/models responded with too much.`);
  const ids = [...new Set(responseSchema.parse(JSON.parse(text)).data.map(({ id }) => id))];
  const usable = ids.filter(isModelName);
  return {
    names: usable.slice(0, namesTaken),
    ignored: [...ids.filter((id) => !isModelName(id)), ...usable.slice(namesTaken)],
  };
};
