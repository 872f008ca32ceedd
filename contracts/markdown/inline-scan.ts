/**
 * Pieces of inline Markdown that are read in one go: code spans, mathematics, addresses, escapes. Each takes the text
 * and where the piece begins, and returns it with its end. Searches for an end that is not there are remembered, so a
 * text of nothing but beginnings takes time linear in its length.
 */
import { safeLink } from './safe-link.ts';

export interface Scanned {
  readonly text: string;
  /** Index behind it. */
  readonly end: number;
}

/** Index of the next occurrence; remembers where it was, or that none comes. Call it with growing `from`. */
export type FindNext = (mark: string, from: number) => number;

export const createFindNext = (text: string): FindNext => {
  const found = new Map<string, number>();
  return (mark, from) => {
    const known = found.get(mark);
    if (known !== undefined && (known < 0 || known >= from)) return known;
    const index = text.indexOf(mark, from);
    found.set(mark, index);
    return index;
  };
};

/** Longer runs are text: each length is searched for once. */
const maxRun = 32;

/**
 * Code between two runs of as many backticks.
 * @param isOpen whether the second run may still come: then the rest is code
 */
export const createCodeScan = (text: string, isOpen: boolean): ((from: number) => Scanned | undefined) => {
  /** Starts of the runs of each length, in order; made when the first is asked for. */
  let runs: Map<number, number[]> | undefined;
  const read = (): Map<number, number[]> => {
    const found = new Map<number, number[]>();
    for (const { 0: run, index } of text.matchAll(/`+/g)) {
      const starts = found.get(run.length) ?? [];
      starts.push(index);
      found.set(run.length, starts);
    }
    for (const starts of found.values()) starts.reverse();
    return found;
  };
  return (from) => {
    let length = 1;
    while (text[from + length] === '`') length += 1;
    if (length > maxRun) return undefined;
    runs ??= read();
    const starts = runs.get(length) ?? [];
    while (starts.length > 0 && (starts.at(-1) ?? 0) <= from) starts.pop();
    const close = starts.at(-1) ?? (isOpen ? text.length : undefined);
    if (close === undefined) return undefined;
    const code = text.slice(from + length, close).replaceAll('\n', ' ');
    const isPadded = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '';
    return { text: isPadded ? code.slice(1, -1) : code, end: Math.min(text.length, close + length) };
  };
};

/** The longest formula in a line of text. */
const maxFormula = 1_000;

export interface ScannedMath extends Scanned {
  readonly display: boolean;
}

const scanBetween = (text: string, from: number, close: string, find: FindNext): Scanned | undefined => {
  const begin = from + 2;
  const end = find(close, begin);
  if (end <= begin || end - begin > maxFormula) return undefined;
  return { text: text.slice(begin, end), end: end + 2 };
};

/** `$$x$$`, or `$x$` where the dollars touch the formula and no digit follows, so that prices remain text. */
export const scanDollars = (text: string, from: number, find: FindNext): ScannedMath | undefined => {
  if (text[from + 1] === '$') {
    const scanned = scanBetween(text, from, '$$', find);
    return scanned && { ...scanned, display: true };
  }
  if (/^\s?$/.test(text[from + 1] ?? '')) return undefined;
  const end = find('$', from + 1);
  const isClosed = end > 0 && end - from <= maxFormula && !/[\s\\]/.test(text[end - 1] ?? '');
  if (!isClosed || /\d/.test(text[end + 1] ?? '')) return undefined;
  return { text: text.slice(from + 1, end), end: end + 1, display: false };
};

/** `\(x\)` and `\[x\]`. */
export const scanBackslashMath = (text: string, from: number, find: FindNext): ScannedMath | undefined => {
  const display = text[from + 1] === '[';
  if (!display && text[from + 1] !== '(') return undefined;
  const scanned = scanBetween(text, from, display ? '\\]' : '\\)', find);
  return scanned && { ...scanned, display };
};

/** `<https://host>` and `<somebody@host>`. */
export const scanAngled = (text: string, from: number): Scanned | undefined => {
  const slice = text.slice(from, from + 500);
  const [whole, address = ''] = /^<((?:https?:\/\/|mailto:)[^\s<>]{1,480})>/.exec(slice) ?? [];
  return whole === undefined ? undefined : { text: address, end: from + whole.length };
};

/** An address that stands in the text without marks; punctuation at its end belongs to the sentence. */
export const scanAddress = (text: string, from: number): Scanned | undefined => {
  if (from > 0 && /[\p{L}\p{N}_]/u.test(text[from - 1] ?? '')) return undefined;
  const [found = ''] = /^https?:\/\/[^\s<>`"'|\\^{}[\]]{1,480}/.exec(text.slice(from, from + 500)) ?? [];
  let end = found.length;
  while (end > 0) {
    const last = found[end - 1] ?? '';
    const isUnopened = last === ')' && !found.slice(0, end - 1).includes('(');
    if (!/[.,:;!?*_~]/.test(last) && !isUnopened) break;
    end -= 1;
  }
  const address = found.slice(0, end);
  return safeLink(address) === undefined ? undefined : { text: address, end: from + end };
};

/** `(target "title")` behind a link's text. The title is not shown. */
export const scanTarget = (text: string, from: number): Scanned | undefined => {
  const slice = text.slice(from, from + 2_600);
  const [whole, angled, plain] =
    /^\([ \t\n]{0,8}(?:<([^<>\n]{0,2000})>|((?:[^\s()\\]|\\.|\([^\s()]{0,500}\)){0,2000}))(?:[ \t\n]{1,8}(?:"[^"]{0,400}"|'[^']{0,400}'))?[ \t\n]{0,8}\)/.exec(
      slice,
    ) ?? [];
  if (whole === undefined) return undefined;
  return { text: angled ?? (plain ?? '').replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'), end: from + whole.length };
};

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  rarr: '→',
  larr: '←',
  times: '×',
  deg: '°',
  euro: '€',
  copy: '©',
};

/** The common entities, and those by number. */
export const scanEntity = (text: string, from: number): Scanned | undefined => {
  const [whole, name = '', decimal, hex] =
    /^&(?:([a-z]{2,6})|#(\d{1,7})|#[xX]([\da-fA-F]{1,6}));/.exec(text.slice(from, from + 12)) ?? [];
  if (whole === undefined) return undefined;
  const end = from + whole.length;
  if (name !== '') {
    const character = Object.hasOwn(named, name) ? named[name] : undefined;
    return character === undefined ? undefined : { text: character, end };
  }
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const isCharacter = code > 31 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return { text: isCharacter ? String.fromCodePoint(code) : '\ufffd', end };
};
