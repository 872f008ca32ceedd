/** Asks an OpenAI-compatible server which models it has (`GET /models`), as Ollama, vLLM and llama.cpp answer it. */
import { z } from 'zod';

const answerSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Names that can be part of a model id. */
const usableName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/;
/** Names taken of one provider, at most. */
const namesTaken = 200;

export interface ModelList {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
  /** Milliseconds for the whole question. */
  readonly timeoutMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly closed: AbortSignal;
}

/** Rejects when the server does not answer in time or not in this form. */
export const listModels = async (list: ModelList): Promise<readonly string[]> => {
  const { baseUrl, apiKey, fetch, timeoutMs, closed } = list;
  const response = await fetch(`${baseUrl}/models`, {
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.any([closed, AbortSignal.timeout(timeoutMs)]),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${baseUrl}/models answered ${response.status}.`);
  const { data } = answerSchema.parse(JSON.parse(text));
  return data
    .map(({ id }) => id)
    .filter((id) => usableName.test(id))
    .slice(0, namesTaken);
};
