/** Asks an OpenAI-compatible server for its models (`GET /models`), as Ollama, vLLM and llama.cpp implement it. */
import { z } from 'zod';

const responseSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Names that can be part of a model id. */
const usableName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/;
/** Names that are taken from one provider, at most. */
const namesTaken = 200;

export interface ModelList {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
  /** Milliseconds for the whole request. */
  readonly timeoutMs: number;
  /** Aborted when the list is no longer needed. */
  readonly closed: AbortSignal;
}

/** Rejects when the server does not respond in time or not in this form. */
export const listModels = async (list: ModelList): Promise<readonly string[]> => {
  const { baseUrl, apiKey, fetch, timeoutMs, closed } = list;
  const response = await fetch(`${baseUrl}/models`, {
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.any([closed, AbortSignal.timeout(timeoutMs)]),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${baseUrl}/models responded with ${response.status}.`);
  const { data } = responseSchema.parse(JSON.parse(text));
  return data
    .map(({ id }) => id)
    .filter((id) => usableName.test(id))
    .slice(0, namesTaken);
};
