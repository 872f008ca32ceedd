/**
 * Reads the text of a paragraph, a heading or a cell: emphasis, code, links, mathematics. HTML is text, and what looks
 * like a link to somewhere that `safeLink` refuses is text too. The work is linear in the length of the text, and spans
 * within spans are bounded.
 */
import type { Definitions } from './block.ts';
import { createDelimiter, type Delimiter, openRest, pairDelimiters } from './delimiters.ts';
import type { Inline } from './inline.ts';
import {
  createCodeScan,
  createFindNext,
  scanAddress,
  scanAngled,
  scanBackslashMath,
  scanDollars,
  scanEntity,
  scanTarget,
} from './inline-scan.ts';
import { type InlineEvent, treeOf } from './inline-tree.ts';
import { normalizeLabel } from './line-forms.ts';
import { safeLink } from './safe-link.ts';

/** A `[` or `![` that may become a link. */
interface Bracket {
  /** Its place among the events. */
  readonly at: number;
  readonly isImage: boolean;
  /** Where the text within it begins. */
  readonly textFrom: number;
  readonly delimitersFrom: number;
}

interface Reading {
  readonly text: string;
  readonly definitions: Definitions;
  position: number;
  readonly events: InlineEvent[];
  /** Runs that are not paired yet. */
  readonly delimiters: Delimiter[];
  readonly brackets: Bracket[];
  readonly find: ReturnType<typeof createFindNext>;
  readonly scanCode: ReturnType<typeof createCodeScan>;
}

/** Characters that may begin something. Letters are here for addresses without marks. */
const special = /[\\`*_~[\]!<&$\n]|https?:\/\//g;

const addText = ({ events }: Reading, text: string): void => {
  if (text !== '') events.push({ kind: 'text', text });
};

const addRun = (reading: Reading): void => {
  const { text, position, events, delimiters } = reading;
  const mark = text[position] ?? '';
  let end = position + 1;
  while (text[end] === mark) end += 1;
  reading.position = end;
  const run = text.slice(position, end);
  if (mark === '~' && run.length > 2) {
    addText(reading, run);
    return;
  }
  const before = String.fromCodePoint(
    ...[...text.slice(Math.max(0, position - 2), position)].slice(-1).map((c) => c.codePointAt(0) ?? 32),
  );
  const [after = ''] = text.slice(end, end + 2);
  const delimiter = createDelimiter(run, before, after);
  delimiters.push(delimiter);
  events.push({ kind: 'run', delimiter });
};

const openBracket = (reading: Reading, isImage: boolean): void => {
  const { text, position, events, brackets, delimiters } = reading;
  const note = isImage ? null : /^\[\^([\w-]{1,64})\]/.exec(text.slice(position, position + 70));
  if (note) {
    events.push({ kind: 'leaf', leaf: { kind: 'note', label: note[1] ?? '' } });
    reading.position += note[0].length;
    return;
  }
  const mark = isImage ? '![' : '[';
  reading.position += mark.length;
  brackets.push({ at: events.length, isImage, textFrom: reading.position, delimitersFrom: delimiters.length });
  addText(reading, mark);
};

/** The target of the link whose text ends at the position, and where the link ends. */
const targetOf = (
  reading: Reading,
  bracket: Bracket,
): { readonly target: string; readonly end: number } | undefined => {
  const { text, position, definitions } = reading;
  const behind = position + 1;
  const inParentheses = text[behind] === '(' ? scanTarget(text, behind) : undefined;
  if (inParentheses) return { target: inParentheses.text, end: inParentheses.end };
  if (definitions.size === 0) return undefined;
  const [full, label = ''] =
    text[behind] === '[' ? (/^\[([^[\]]{0,200})\]/.exec(text.slice(behind, behind + 210)) ?? []) : [];
  const own = position - bracket.textFrom > 200 ? '' : text.slice(bracket.textFrom, position);
  const target = definitions.get(normalizeLabel(label === '' ? own : label));
  return target === undefined ? undefined : { target, end: behind + (full?.length ?? 0) };
};

const closeBracket = (reading: Reading): void => {
  const { text, position, events, delimiters, brackets } = reading;
  const bracket = brackets.pop();
  const found = bracket ? targetOf(reading, bracket) : undefined;
  if (!bracket || !found) {
    addText(reading, ']');
    reading.position += 1;
    return;
  }
  reading.position = found.end;
  const href = safeLink(found.target);
  if (bracket.isImage) {
    const alt = text.slice(bracket.textFrom, position);
    events.length = bracket.at;
    delimiters.length = bracket.delimitersFrom;
    events.push(
      href === undefined ? { kind: 'text', text: alt } : { kind: 'leaf', leaf: { kind: 'image', href, alt } },
    );
    return;
  }
  pairDelimiters(delimiters.splice(bracket.delimitersFrom));
  events[bracket.at] = { kind: 'open', span: { kind: 'link', href: href ?? '' } };
  events.push({ kind: 'close' });
  // A link has no links within it.
  for (let index = brackets.length - 1; index >= 0 && !brackets[index]?.isImage; index -= 1) brackets.pop();
};

const addLineEnd = (reading: Reading): void => {
  const { events } = reading;
  const last = events.at(-1);
  const isHard = last?.kind === 'text' && /(?: {2,}|\\)$/.test(last.text.slice(-8));
  if (last?.kind === 'text')
    events[events.length - 1] = { kind: 'text', text: last.text.replace(/(?: {1,100}|\\)$/, '') };
  events.push(isHard ? { kind: 'leaf', leaf: { kind: 'break' } } : { kind: 'text', text: '\n' });
  reading.position += 1;
};

const addLeaf = (reading: Reading, leaf: Inline, end: number): void => {
  reading.events.push({ kind: 'leaf', leaf });
  reading.position = end;
};

const addLink = (reading: Reading, target: string, end: number): void => {
  const href = safeLink(target);
  if (href === undefined || reading.brackets.some(({ isImage }) => isImage)) addText(reading, target);
  else addLeaf(reading, { kind: 'link', href, children: [{ kind: 'text', text: target }] }, end);
  reading.position = end;
};

const readEscape = (reading: Reading): void => {
  const { text, position } = reading;
  const math = scanBackslashMath(text, position, reading.find);
  const next = text[position + 1] ?? '';
  if (math) {
    addLeaf(reading, { kind: 'math', text: math.text, display: math.display }, math.end);
  } else if (/[!-/:-@[-`{-~]/.test(next)) {
    addText(reading, next);
    reading.position += 2;
  } else {
    addText(reading, '\\');
    reading.position += 1;
  }
};

const readAngle = (reading: Reading): boolean => {
  const { text, position } = reading;
  const address = scanAngled(text, position);
  if (address) addLink(reading, address.text, address.end);
  const [lineBreak] = address ? [] : (/^<br ?\/?>/i.exec(text.slice(position, position + 6)) ?? []);
  if (lineBreak !== undefined) addLeaf(reading, { kind: 'break' }, position + lineBreak.length);
  return address !== undefined || lineBreak !== undefined;
};

/** Reads what begins at the position; false where it is only a character. */
const readSpecial = (reading: Reading): boolean => {
  const { text, position, find } = reading;
  switch (text[position]) {
    case '\\':
      readEscape(reading);
      return true;
    case '`': {
      const code = reading.scanCode(position);
      if (code) addLeaf(reading, { kind: 'code', text: code.text }, code.end);
      return code !== undefined;
    }
    case '$': {
      const math = scanDollars(text, position, find);
      if (math) addLeaf(reading, { kind: 'math', text: math.text, display: math.display }, math.end);
      return math !== undefined;
    }
    case '*':
    case '_':
    case '~':
      addRun(reading);
      return true;
    case '[':
      openBracket(reading, false);
      return true;
    case ']':
      closeBracket(reading);
      return true;
    case '!':
      if (text[position + 1] !== '[') return false;
      openBracket(reading, true);
      return true;
    case '<':
      return readAngle(reading);
    case '&': {
      const entity = scanEntity(text, position);
      if (!entity) return false;
      addText(reading, entity.text);
      reading.position = entity.end;
      return true;
    }
    case '\n':
      addLineEnd(reading);
      return true;
    default: {
      const address = scanAddress(text, position);
      if (address) addLink(reading, address.text, address.end);
      return address !== undefined;
    }
  }
};

const createReading = (text: string, definitions: Definitions, isOpen: boolean): Reading => ({
  text,
  definitions,
  position: 0,
  events: [],
  delimiters: [],
  brackets: [],
  find: createFindNext(text),
  scanCode: createCodeScan(text, isOpen),
});

/** The runs of backticks that open nothing are passed over as a whole. */
const plainEnd = (text: string, position: number): number => {
  let end = position + 1;
  if (text[position] === '`') while (text[end] === '`') end += 1;
  return end;
};

/** Marks at the end of a text of which more is to come: the next character says what they are. */
const undecided = /(?<![\\*_~`])[*_~`]+$/;

/** @param isOpen whether more of the text is to come: then what has begun is shown as it will be when it has ended */
export const parseInline = (given: string, definitions: Definitions, isOpen = false): readonly Inline[] => {
  const text = isOpen ? given.replace(undecided, '') : given;
  const reading = createReading(text, definitions, isOpen);
  const begins = new RegExp(special);
  while (reading.position < text.length) {
    begins.lastIndex = reading.position;
    const next = begins.exec(text)?.index ?? text.length;
    addText(reading, text.slice(reading.position, next));
    reading.position = next;
    if (next === text.length || readSpecial(reading)) continue;
    const end = plainEnd(text, next);
    addText(reading, text.slice(next, end));
    reading.position = end;
  }
  pairDelimiters(reading.delimiters);
  const unclosed = isOpen ? openRest(reading.delimiters) : 0;
  for (let count = 0; count < unclosed; count += 1) reading.events.push({ kind: 'close' });
  return treeOf(reading.events);
};
