/**
 * Makes titles of what models and people wrote: one short line of plain text. Invariant: whatever is given, only its
 * first `readChars` characters are read, and joiners inside words and emoji stay.
 */

/** Characters of a title, at most. */
const titleLimit = 80;
/** Characters of a text that are read. A model that writes more than that gives no title. */
export const readChars = 2_000;
const wordsOfTitle = 8;

/**
 * Characters that are not shown: controls, direction marks, zero-width spaces, replacement characters. The joiners
 * U+200C and U+200D are shown, because Persian words and family emoji consist of them, and so are the tags of flags.
 */
const hidden = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]--[\t\n\r\u200c\u200d\u{e0020}-\u{e007f}]]/gv;
const quotes = '"\'“”„‟«»‹›‘’‚‛「」『』《》〈〉`*_';
const leading = new RegExp(`^[\\s\\u200c\\u200d#>${quotes}]+`);
const trailing = new RegExp(`[\\s\\u200c\\u200d.${quotes}]+$`);

/** Tags in which models think aloud. */
const thinkTags = 'think|thinking|thought|reasoning|reflection';
const thinking = new RegExp(`<(${thinkTags})>[\\s\\S]*?(</\\1>|$)`, 'gi');
/** Some chat templates write the opening tag for the model, so that only the closing one is in the text. */
const thoughtBefore = new RegExp(`^[\\s\\S]*</(${thinkTags})>`, 'i');

/** At most `titleLimit` characters, cut between what people see as characters. */
const shorten = (text: string): string => {
  if ([...text].length <= titleLimit) return text;
  let kept = '';
  let length = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    length += [...segment].length;
    if (length >= titleLimit) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
};

const plain = (line: string): string =>
  line
    .replace(leading, '')
    .replace(/^title\s*:/i, '')
    .replace(leading, '')
    .replace(trailing, '')
    .replace(/\s+/g, ' ');

/** Lines that are no fence of a code block. */
const linesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(```|~~~)/.test(line));

/**
 * The first line of a model's response that is neither its reasoning nor the fence of a code block, without quotation
 * marks or markup around it. Empty when nothing usable is left: then the response is no title.
 */
export const cleanTitle = (response: string): string => {
  const text = response.slice(0, readChars).replace(hidden, '').replace(thinking, '').replace(thoughtBefore, '');
  const title = plain(linesOf(text)[0] ?? '');
  // Data or a tag in place of a title.
  return /^[[{<]/.test(title) ? '' : shorten(title);
};

/** The first words of a question, for a conversation that no model named. Never empty. */
export const titleFromQuestion = (question: string): string => {
  const text = question.trimStart().slice(0, readChars).replace(hidden, '');
  const words = linesOf(text)
    .join(' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const kept = plain(words.slice(0, wordsOfTitle).join(' ')).replace(/[,;:!?]+$/, '');
  if (kept === '') return 'New conversation';
  const short = shorten(kept);
  const capital = short.charAt(0).toLocaleUpperCase('en') + short.slice(1);
  return words.length > wordsOfTitle && !capital.endsWith('…') ? `${capital}…` : capital;
};
