/**
 * What providers say of a failure, whatever form they give it: OpenAI's, Anthropic's, Google's (in an array, with the
 * status as a word), Hugging Face's and xAI's (the sentence as the error), FastAPI's, or plain text. Invariants: a
 * bounded number of characters and levels is looked at; a status, a type or a code is never taken from the sentence.
 */

export interface ProviderWords {
  /** An HTTP status from 400 to 599 that the failure names. */
  readonly status: number | undefined;
  /** Its types and codes. */
  readonly kinds: string;
  /** Everything, as text. */
  readonly words: string;
}

const searched = 64 * 1024;
const deepest = 3;
const statusFields = ['status', 'code', 'status_code', 'statusCode', 'http_status_code', 'http_code'];
const kindFields = ['type', 'error_type', 'code', 'status', '__type'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The objects that a failure consists of, the outer ones first. */
const layersOf = (failure: unknown, depth = 0): readonly Readonly<Record<string, unknown>>[] => {
  if (depth > deepest) return [];
  if (Array.isArray(failure)) return layersOf(failure[0], depth + 1);
  if (typeof failure === 'string') return /^\s*[[{]/.test(failure) ? layersOf(parsed(failure), depth + 1) : [];
  if (!isObject(failure)) return [];
  return [failure, ...layersOf(failure['error'], depth + 1), ...layersOf(failure['errors'], depth + 1)];
};

const isStatus = (value: number): boolean => Number.isInteger(value) && value >= 400 && value < 600;

/** @param failure a value that the provider sent, or its text. */
export const providerWords = (failure: unknown): ProviderWords => {
  const text = typeof failure === 'string' ? failure : (JSON.stringify(failure) ?? '');
  const words = text.slice(0, searched);
  const layers = layersOf(typeof failure === 'string' ? words : failure);
  const valuesOf = (fields: readonly string[]): readonly unknown[] =>
    layers.flatMap((layer) => fields.map((field) => layer[field]));
  const status = valuesOf(statusFields).map(Number).find(isStatus);
  const kinds = valuesOf(kindFields).filter((value) => typeof value === 'string' && value.length <= 200);
  return { status, kinds: kinds.join(' '), words };
};
