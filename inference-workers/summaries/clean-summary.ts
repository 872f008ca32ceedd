/**
 * Makes a summary of what a model wrote, or finds that there is none. Invariants: only what the model put between the
 * tags it was asked for counts, so an error page, a refusal or chatter is no summary; the result has no tag of that
 * name, no controls and at most `maxSummaryCharacters`; the work grows only with the length of the text.
 */
import { maxSummaryCharacters } from '#contracts/broker-events.ts';
import { summaryTag } from '../prompt/frame-summary.ts';

/** Characters of a response that are read. */
export const readSummaryChars = 2 * maxSummaryCharacters;

/** Characters of a summary that may be nothing but a refusal. */
const refusalLength = 400;

/** How models that were trained to refuse begin to, in the languages of our word lists. */
const refusals = [
  /^(?:i['’]?m |i am )?(?:very |really )?(?:sorry|afraid)\b/i,
  /^(?:i |we )(?:can['’]?t|cannot|can not|won['’]?t|will not|am unable|['’]?m unable|am not able)\b/i,
  /^(?:es tut mir leid|tut mir leid|leider kann ich|ich kann (?:das |dem |diese[rn]? )?.{0,40}nicht\b)/i,
  /^(?:je suis désolé|désolée?\b|je ne peux pas)/i,
  /^(?:lo siento|no puedo)\b/i,
  /^(?:mi dispiace|non posso)\b/i,
  /^(?:desculpe|sinto muito|lamento|não posso)(?=\W|$)/i,
  /^(?:het spijt me|sorry|ik kan (?:dit |dat |daar )?niet)\b/i,
  /^(?:przykro mi|przepraszam|nie mogę)(?=\W|$)/i,
  /^(?:üzgünüm|maalesef)(?=\W|$)/i,
  /^(?:к сожалению|извините|простите|я не могу)(?=\W|$)/i,
  /^(?:申し訳|すみません|抱歉|对不起|很抱歉|죄송|عذر|آسف|क्षमा)/,
];

/** As in titles, and line feeds stay. */
const hidden = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]--[\t\n\u200c\u200d\u{e0020}-\u{e007f}]]/gv;
const opening = new RegExp(`<${summaryTag}>`, 'i');
const closing = new RegExp(`</${summaryTag}>`, 'i');
const tags = new RegExp(`</?${summaryTag}>`, 'gi');

/** The text before and after the first match; one part where there is none. */
const splitAt = (text: string, tag: RegExp): readonly [string, string?] => {
  const found = tag.exec(text);
  return found === null ? [text] : [text.slice(0, found.index), text.slice(found.index + found[0].length)];
};

/** What stands between the tags; empty where the model has not used them. */
const between = (text: string, isCut: boolean): string => {
  const [, rest] = splitAt(text, opening);
  if (rest === undefined) return '';
  const [summary, after] = splitAt(rest, closing);
  if (after !== undefined) return summary;
  // Without its end a text is whole only up to its last line or sentence.
  return isCut ? rest.slice(0, Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('. ') + 1)) : '';
};

const isRefusal = (summary: string): boolean =>
  summary.length <= refusalLength && refusals.some((refusal) => refusal.test(summary));

/**
 * Empty where the response is no summary.
 * @param isCut whether the limit of the request cut the response off
 */
export const cleanSummary = (response: string, isCut: boolean): string => {
  const text = response.slice(0, readSummaryChars).replaceAll('\r\n', '\n');
  const summary = between(text, isCut)
    .replace(tags, '')
    .replace(hidden, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .slice(0, maxSummaryCharacters)
    .toWellFormed();
  return /[\p{L}\p{N}]/u.test(summary) && !isRefusal(summary) ? summary : '';
};
