/**
 * Finds keys, tokens and passwords in a text: by the shapes that providers give them, and behind a word that announces
 * one. Invariant: a secret has no white space and none of the characters that would end a JSON string, so it can stand
 * wherever its placeholder stood; the work grows with the length of the text.
 */
import type { Span } from './find-numbers.ts';

const shapes = [
  /(?<![\p{L}\p{N}_-])(?:sk|pk|rk|plk|xai|gsk|hf|glpat|xox[abprs]|ghp|gho|ghs|github_pat|whsec|npm|dop_v1)[-_][\w+/=-]{12,400}/gu,
  /(?<![\p{L}\p{N}_-])AIza[\w-]{30,60}/gu,
  /(?<![\p{L}\p{N}_-])(?:AKIA|ASIA)[A-Z\d]{16}(?![A-Z\d])/gu,
  /(?<![\p{L}\p{N}_-])eyJ[\w-]{5,4000}\.[\w-]{5,4000}(?:\.[\w-]{0,4000})?/gu,
];
const bearer = /(?<!\p{L})Bearer[ ]{1,3}([\w.~+/=-]{12,4000})/giu;
const urlPassword = /(?<=:\/\/[^\s/@:"'\\]{0,100}:)[^\s/@:"'\\]{1,200}(?=@)/gu;
const announced =
  /(?<!\p{L})(api[ _-]?keys?|access[ _-]?keys?|secret[ _-]?keys?|private[ _-]?keys?|licen[sc]e[ _-]?keys?|secret|token|password|passwd|passphrase|pwd|passwort|kennwort|keys?|schlüssel)["'`]?(?:\s{0,3}[:=]{1,2}|\s{1,3}(?:is|ist|lautet|equals))\s{0,3}["'`]?([^\s"'`,;<>\\()[\]{}]{6,400})/giu;
/** What a `key` may be in code is short. */
const leastBehindKey = 16;

/** Whether it is more than a word, a name or a number. */
const looksRandom = (text: string): boolean =>
  /\d/.test(text) &&
  /\p{L}/u.test(text) &&
  new Set(text).size >= Math.min(12, text.length / 2) &&
  !text.includes('://');

export const findSecrets = (text: string): Span[] => {
  const found: Span[] = [];
  for (const shape of shapes) {
    for (const { 0: secret, index: start } of text.matchAll(shape)) found.push({ start, end: start + secret.length });
  }
  if (text.includes('://')) {
    for (const { 0: secret, index: start } of text.matchAll(urlPassword)) {
      found.push({ start, end: start + secret.length });
    }
  }
  const behind = (index: number, whole: string, written: string): Span => {
    const start = index + whole.length - written.length;
    return { start, end: start + written.replace(/[.:!?]{1,400}$/, '').length };
  };
  for (const { 0: whole, 1: secret = '', index } of text.matchAll(bearer)) found.push(behind(index, whole, secret));
  for (const { 0: whole, 1: word = '', 2: secret = '', index } of text.matchAll(announced)) {
    const span = behind(index, whole, secret);
    const value = text.slice(span.start, span.end);
    if (!looksRandom(value) || (/^(?:keys?|schlüssel)$/i.test(word) && value.length < leastBehindKey)) continue;
    found.push(span);
  }
  return found;
};
