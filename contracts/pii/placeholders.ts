/**
 * The placeholders of one prompt, such as `[EMAIL_1]`, and the values behind them, which are nowhere but in this
 * memory. Invariants: a value has one placeholder, and a placeholder one value; they are numbered in the order in which
 * values appear, so the same texts give the same bytes; a text that looked like a placeholder has one of its own, so
 * nobody can name another one's value; the work grows with the length of the texts.
 */
import { findPersonalData, type Kind, kinds } from './find-personal-data.ts';

const placeholder = new RegExp(`\\[(?:${kinds.join('|')})_\\d{1,7}\\]`, 'g');
const openings = kinds.map((kind) => `[${kind}_`);
const longestPlaceholder = '[EMAIL_1234567]'.length;
/** A run of characters of which a secret may be, for secrets that stand somewhere else without the word before them. */
const wordOfSecret = /[^\s"'`,;<>\\()[\]{}]{6,400}/g;
/** Of a value at the end of a text, the least part by which it is known. */
const leastKnown = 6;
/** Characters of values in one piece of text: a model that repeats a long one for ever fills no memory. */
const mostRestored = 1024 * 1024;

export interface Placeholders {
  /** How many values there are. */
  readonly size: number;
  /** The text with placeholders in the place of values. */
  mask(text: string): string;
  /** The text with the values in the place of their placeholders. */
  restore(text: string): string;
  /** The end of a value whose beginning the text ends with; empty where it ends with none. */
  restOfValue(text: string): string;
}

/** Characters at the end of the text that may be the beginning of a placeholder. */
export const openedPlaceholder = (text: string): number => {
  const near = text.slice(-longestPlaceholder);
  const start = near.lastIndexOf('[');
  if (start === -1) return 0;
  const end = near.slice(start);
  const mayBecome = (opening: string): boolean =>
    opening.startsWith(end) || (end.startsWith(opening) && /^\d{0,7}$/.test(end.slice(opening.length)));
  return openings.some(mayBecome) ? end.length : 0;
};

export const createPlaceholders = (): Placeholders => {
  const byValue = new Map<string, string>();
  const byName = new Map<string, string>();
  const secrets = new Set<string>();
  const counts = new Map<Kind, number>();

  const nameOf = (kind: Kind, value: string): string => {
    const known = byValue.get(value);
    if (known !== undefined) return known;
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    const name = `[${kind}_${number}]`;
    byValue.set(value, name);
    byName.set(name, value);
    if (kind === 'KEY') secrets.add(value);
    return name;
  };
  /** Masks the secrets that are known from other places. */
  const maskKnown = (text: string): string =>
    secrets.size === 0
      ? text
      : text.replace(wordOfSecret, (word) => {
          const value = secrets.has(word) ? word : word.replace(/[.:!?]{1,400}$/, '');
          return secrets.has(value) ? nameOf('KEY', value) + word.slice(value.length) : word;
        });

  return {
    get size() {
      return byName.size;
    },
    mask(text) {
      const pieces: string[] = [];
      let at = 0;
      for (const { kind, start, end } of findPersonalData(text)) {
        pieces.push(maskKnown(text.slice(at, start)), nameOf(kind, text.slice(start, end)));
        at = end;
      }
      return pieces.join('') + maskKnown(text.slice(at));
    },
    restore(text) {
      if (byName.size === 0) return text;
      let left = mostRestored;
      return text.replace(placeholder, (name) => {
        const value = byName.get(name);
        left -= value?.length ?? 0;
        return value === undefined || left < 0 ? name : value;
      });
    },
    restOfValue(text) {
      let known = 0;
      let rest = '';
      for (const value of byValue.keys()) {
        if (text.endsWith(value)) return '';
        const least = Math.max(leastKnown, Math.ceil(value.length / 2), known + 1);
        for (let length = value.length - 1; length >= least; length -= 1) {
          if (!text.endsWith(value.slice(0, length))) continue;
          known = length;
          rest = value.slice(length);
          break;
        }
      }
      return rest;
    },
  };
};
