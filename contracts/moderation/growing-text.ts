/**
 * Screens a text while it grows, and says how much of it may be shown. Invariants: of a match that blocks, nothing is
 * shown, wherever the text is divided; the last `holdCharacters` are held back until the end; each step looks at a
 * bounded part of the text, so the work is linear in the text; what is held is bounded too.
 */
import type { GrowingDetector } from './growing-detectors.ts';
import { longestBefore } from './pattern-reach.ts';
import { invisibleSigns, normalizeText } from './text-windows.ts';
import type { CategoryScore } from './thresholds.ts';

export interface GrowingTextOptions {
  readonly detectors: readonly GrowingDetector[];
  /** At least as much as any of the detectors reaches. */
  readonly holdCharacters: number;
  /** The end of what was shown before, to which the text is added. */
  readonly shown: string;
}

export interface GrowingText {
  /** What blocks the text; empty while nothing does. Nothing is shown any more then. */
  readonly found: readonly CategoryScore[];
  /** What was taken and not shown. */
  readonly held: string;
  /** Returns what may be shown now. */
  take(more: string): string;
  /** Returns the rest that may be shown, when nothing comes any more. */
  end(): string;
}

/** UTF-16 units that are taken at once. */
const pieceLength = 256;
/** UTF-16 units that are held, however few of them count as characters. */
const mostHeld = 1_024;
/** Characters before a window that show whether a phrase may begin in it. */
const before = longestBefore + 1;
const isInvisible = new RegExp(`${invisibleSigns.source}|\\p{M}`, 'u');
const isSpace = /\s/u;

/** Whether a unit counts: not a repeated space, nor the third of one sign in a row, nor what has no width. */
const counts = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index);
  if (code > 0x20 && code < 0x7f) {
    return code !== text.charCodeAt(index - 1) || code !== text.charCodeAt(index - 2);
  }
  if (code >= 0xdc00 && code <= 0xdfff) return false;
  const sign = text.charAt(index);
  if (isSpace.test(sign)) return index === 0 || !isSpace.test(text.charAt(index - 1));
  return !isInvisible.test(sign);
};

const splitsPair = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
};

interface Cut {
  /** Units that may be shown. */
  readonly length: number;
  /** Whether as many characters are left as have to be. */
  readonly isFull: boolean;
}

/** Where the text is cut so that so many characters are left of it. */
const cutFor = (text: string, hold: number): Cut => {
  let left = hold;
  let index = text.length;
  while (index > 0 && left > 0) {
    index -= 1;
    if (counts(text, index)) left -= 1;
  }
  const length = Math.max(left > 0 ? 0 : index, text.length - mostHeld - hold);
  return {
    length: length > 0 && splitsPair(text, length) ? length - 1 : length,
    isFull: left === 0 && length === index,
  };
};

export const createGrowingText = ({ detectors, holdCharacters, shown }: GrowingTextOptions): GrowingText => {
  const reach = Math.max(1, ...detectors.map((one) => one.reach));
  const contextLength = reach + before;
  /** The end of what was shown, normalized. */
  let context = normalizeText(shown.slice(-4 * contextLength));
  let isCut = shown.length > 4 * contextLength || context.length > contextLength;
  context = context.slice(-contextLength);
  let held = '';
  /** What is held reaches as far as the detectors do, so what was shown is decided. */
  let reachesBack = false;
  let found: readonly CategoryScore[] = [];
  const pending = new Map(detectors.map((detector) => [detector, 0]));

  const windowOf = (): string => {
    const start = reachesBack ? context.slice(-before) : context;
    // A letter in place of what is cut off, so that no word seems to begin there.
    const edge = isCut || start.length < context.length ? 'x' : '';
    return edge + normalizeText(start + held);
  };
  const screen = (isEnd: boolean): void => {
    let window: string | undefined;
    for (const detector of detectors) {
      const waiting = pending.get(detector) ?? 0;
      if (!isEnd && waiting <= holdCharacters - detector.reach) continue;
      window ??= windowOf();
      pending.set(detector, 0);
      found = [...found, ...detector.find(window, isEnd)];
    }
  };
  const show = (length: number): string => {
    const text = held.slice(0, length);
    if (text === '') return '';
    const whole = normalizeText(context + text);
    isCut ||= whole.length > contextLength;
    context = whole.slice(-contextLength);
    held = held.slice(length);
    return text;
  };
  const takePiece = (piece: string): string => {
    held += piece;
    for (const [detector, waiting] of pending) pending.set(detector, waiting + piece.length);
    screen(false);
    if (found.length > 0) return '';
    const { length, isFull } = cutFor(held, holdCharacters);
    reachesBack = isFull;
    return show(length);
  };

  return {
    get found() {
      return found;
    },
    get held() {
      return held;
    },
    take(more) {
      let released = '';
      for (let at = 0; at < more.length && found.length === 0; at += pieceLength) {
        released += takePiece(more.slice(at, at + pieceLength));
      }
      return released;
    },
    end() {
      if (found.length > 0) return '';
      screen(true);
      reachesBack = false;
      return found.length > 0 ? '' : show(held.length);
    },
  };
};
