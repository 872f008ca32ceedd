/**
 * Masks what no log line may hold: addresses of people, card and account numbers, tokens, keys and passwords in URLs.
 * Every line passes through it, so it works on the JSON as it is written. Invariant: what it writes is still JSON, and
 * its work grows with the length of the line only.
 */
import { isAccountNumber, isCardNumber } from '#contracts/pii/check-digits.ts';

/** Most characters of a line; the rest of a longer one is in no log. */
const longestLine = 16_384;

const email = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
const jwt = /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g;
/** Keys of model providers, of Parlance, of tools and of clouds, by their prefixes. */
const key = /\b(sk|pk|rk|plk|xai|gsk|hf|AIza|AKIA|ghp|github_pat|whsec)([-_]?)[\w+/=-]{12,}/g;
const urlPassword = /(\b[a-z][a-z\d+.-]{1,20}:\/\/)[^\s/@:"]{0,256}:[^\s/@"]{1,256}@/gi;
/** 14 to 19 digits. A number of JSON (after a colon) and a part of an id are none. */
const card = /(?<![\w\-:.])\d(?:[ -]?\d){13,18}(?![\w-])/g;
const iban = /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/g;

/** The text without secrets and without data about people. */
const maskText = (text: string): string => {
  let masked = text;
  if (masked.includes('://')) masked = masked.replace(urlPassword, '$1[password]@');
  if (masked.includes('@')) masked = masked.replace(email, '[email]');
  masked = masked.replace(bearer, '$1 [token]').replace(jwt, '[token]').replace(key, '$1$2[key]');
  masked = masked.replace(card, (found) => (isCardNumber(found.replaceAll(/\D/g, '')) ? '[card]' : found));
  return masked.replace(iban, (found) => (isAccountNumber(found.replaceAll(' ', '')) ? '[account]' : found));
};

/** For each line that pino writes. A line that is too long keeps its first fields. */
export const maskLine = (line: string): string => {
  if (line.length <= longestLine) return maskText(line);
  const { level, time, service, requestId, msg }: Record<string, unknown> = JSON.parse(line);
  return maskText(`${JSON.stringify({ level, time, service, requestId, msg, cut: line.length })}\n`);
};
