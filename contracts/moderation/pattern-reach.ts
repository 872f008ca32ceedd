/**
 * How far a pattern reaches: the most characters that one match takes, and how many behind its end may still decide
 * whether it is one. What is released of a growing text depends on this, so it is computed from the patterns and never
 * written by hand. Invariant: a pattern without a bound, or with syntax that this does not know, is refused.
 */

export interface PatternReach {
  /** Characters of the longest match. */
  readonly length: number;
  /** Characters behind the end of a match that decide about it: of lookaheads, and one for the end of a word. */
  readonly behind: number;
}

/** Reads the source of one pattern from left to right. */
interface Cursor {
  readonly source: string;
  at: number;
}

const peek = ({ source, at }: Cursor): string => source.charAt(at);
const accept = (cursor: Cursor, text: string): boolean => {
  if (!cursor.source.startsWith(text, cursor.at)) return false;
  cursor.at += text.length;
  return true;
};
const match = (cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined => {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.source) ?? undefined;
  if (found) cursor.at += found[0].length;
  return found;
};
const refuse = ({ source, at }: Cursor, what: string): never => {
  throw new Error(`The reach of /${source}/ is not known: ${what} at ${at}.`);
};

const boundary = /\\[bB]/y;
const escaped = /\\(?:[pP]\{[^}]{1,40}\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[wWsSdDtnr]|[^a-zA-Z0-9])/y;
const charClass = /\[(?:\\.|[^\]\\])*\]/y;
const counted = /\{(\d+)(,?)(\d*)\}/y;
/** With what a group begins, and whether it looks ahead or behind and so takes nothing. */
const openings = [
  ['(?:', 'group'],
  ['(?=', 'ahead'],
  ['(?!', 'ahead'],
  ['(?<=', 'before'],
  ['(?<!', 'before'],
] as const;

/** Characters before a match that may decide about it, at most. */
export const longestBefore = 6;

const nothing: PatternReach = { length: 0, behind: 0 };

const groupOf = (cursor: Cursor): PatternReach => {
  const kind = openings.find(([opening]) => accept(cursor, opening))?.[1] ?? refuse(cursor, 'a group that captures');
  const inner = alternativesOf(cursor);
  if (kind === 'before' && inner.length > longestBefore) refuse(cursor, 'a look behind that is too long');
  if (!accept(cursor, ')')) refuse(cursor, 'a group without its end');
  if (kind === 'group') return inner;
  return kind === 'ahead' ? { length: 0, behind: inner.length + inner.behind } : nothing;
};

const atomOf = (cursor: Cursor): PatternReach => {
  if (peek(cursor) === '(') return groupOf(cursor);
  if (match(cursor, boundary)) return { length: 0, behind: 1 };
  if (match(cursor, escaped) || match(cursor, charClass)) return { length: 1, behind: 0 };
  if ('\\[*+?{'.includes(peek(cursor))) refuse(cursor, 'syntax');
  cursor.at += 1;
  return { length: 1, behind: 0 };
};

const timesOf = (cursor: Cursor): number => {
  if ('*+'.includes(peek(cursor)) && peek(cursor) !== '') refuse(cursor, 'repetition without a bound');
  if (accept(cursor, '?')) return 1;
  const [, least = '1', comma = '', most = ''] = match(cursor, counted) ?? [];
  if (comma !== '' && most === '') refuse(cursor, 'repetition without a bound');
  return Number(comma === '' ? least : most);
};

const sequenceOf = (cursor: Cursor): PatternReach => {
  let [length, behind] = [0, 0];
  while (peek(cursor) !== '' && !'|)'.includes(peek(cursor))) {
    const atom = atomOf(cursor);
    length += atom.length * timesOf(cursor);
    behind += atom.behind;
  }
  return { length, behind };
};

function alternativesOf(cursor: Cursor): PatternReach {
  let reach = nothing;
  do {
    const one = sequenceOf(cursor);
    reach = { length: Math.max(reach.length, one.length), behind: Math.max(reach.behind, one.behind) };
  } while (accept(cursor, '|'));
  return reach;
}

/** Throws for a pattern without a bound. */
export const reachOf = ({ source }: RegExp): PatternReach => {
  const cursor = { source, at: 0 };
  const reach = alternativesOf(cursor);
  if (cursor.at < source.length) refuse(cursor, 'a bracket too many');
  return reach;
};
