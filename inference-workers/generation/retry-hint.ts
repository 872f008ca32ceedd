/**
 * When a provider says that a request may be repeated: in a header, in a field of its error (Google), or only in the
 * sentence (OpenAI, Groq, Azure). Undefined where it says nothing.
 */

/** From `retry-after-ms`, or from `Retry-After` in seconds or as a date; in milliseconds. */
export const retryAfterOfHeaders = (headers: Readonly<Record<string, string>> | undefined): number | undefined => {
  const milliseconds = Number(headers?.['retry-after-ms']);
  if (milliseconds >= 0) return milliseconds;
  const value = headers?.['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
};

/** A duration such as `34s`, `1.5s`, `350ms`, `6m0s`, `20 seconds`, behind the words or the field that announce it. */
const announced =
  /(?:(?:try again|retry) (?:in|after) |"(?:retryDelay|retry_after)": ?"?)(?:(\d{1,4})m(?!s) ?)?(?:(\d{1,6}(?:\.\d{1,9})?) ?(ms|s)?)?/i;

/** @param words what the provider sent, as text. */
export const retryAfterOfWords = (words: string): number | undefined => {
  const [, minutes, amount, unit] = announced.exec(words) ?? [];
  if (minutes === undefined && amount === undefined) return undefined;
  const rest = Number(amount ?? 0) * (unit?.toLowerCase() === 'ms' ? 1 : 1000);
  return Number(minutes ?? 0) * 60_000 + rest;
};
