/**
 * Reads the operation of an HTTP request from its body or, for GET, from its URL. Only the types of the parameters are
 * checked.
 */
import { z } from 'zod';

const parametersSchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});
export type RequestParameters = z.infer<typeof parametersSchema>;

const parsedJson = (text: string | null): unknown => {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Undefined when a parameter has the wrong type, or when there is no query text. */
export const parametersOf = (method: string, body: unknown, search: string): RequestParameters | undefined => {
  if (method !== 'GET') return parametersSchema.safeParse(body).data;
  const given = new URLSearchParams(search);
  return parametersSchema.safeParse({
    query: given.get('query'),
    operationName: given.get('operationName'),
    variables: parsedJson(given.get('variables')),
    extensions: parsedJson(given.get('extensions')),
  }).data;
};
