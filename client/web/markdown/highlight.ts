/**
 * Colours for code, in chunks that are loaded when a block of their language is shown. The result is spans of text with
 * the name of what they are, cut into pieces of lines as the block is; no HTML reaches the page.
 */
import type { LanguageFn } from 'highlight.js';
import type { CodeBlock } from '../../../contracts/markdown/block.ts';
import { aliases, languages } from './highlight-languages.ts';

export interface Coloured {
  /** Highlight.js' name of it, without its prefix; empty for plain text. */
  readonly scope: string;
  readonly text: string;
}

/** Longer code stays plain, because it would hold up the page. */
const maxLength = 20_000;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

const decode = (text: string): string => text.replaceAll(/&(amp|lt|gt|quot|#x27);/g, (_, name) => entities[name] ?? '');

/** Highlight.js writes spans within spans, and five entities. */
const spansOf = (markup: string): Coloured[] => {
  const scopes: string[] = [];
  const spans: Coloured[] = [];
  for (const [whole, opened, text] of markup.matchAll(/<span class="([^"]*)">|<\/span>|([^<]+)/g)) {
    if (text !== undefined) spans.push({ scope: scopes.at(-1) ?? '', text: decode(text) });
    else if (opened === undefined) scopes.pop();
    else if (whole !== '') scopes.push(opened.split(' ')[0]?.replace('hljs-', '') ?? '');
  }
  return spans;
};

/** @param lengths of the pieces, each with the end of its last line */
const cut = (spans: readonly Coloured[], lengths: readonly number[]): Coloured[][] => {
  const pieces: Coloured[][] = [];
  const waiting = [...spans].reverse();
  for (const length of lengths) {
    const piece: Coloured[] = [];
    let missing = length;
    for (let span = waiting.pop(); span && missing > 0; span = missing > 0 ? waiting.pop() : undefined) {
      const taken = span.text.slice(0, missing);
      piece.push({ scope: span.scope, text: taken });
      if (taken.length < span.text.length) waiting.push({ scope: span.scope, text: span.text.slice(taken.length) });
      missing -= taken.length;
    }
    pieces.push(piece);
  }
  return pieces;
};

/** The pieces of the block with colours; undefined where there are none for it. */
export const highlight = async ({ language, children }: CodeBlock): Promise<Coloured[][] | undefined> => {
  const name = language.toLowerCase();
  const full = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
  const load: (() => Promise<{ readonly default: LanguageFn }>) | undefined = Object.hasOwn(languages, full)
    ? languages[full]
    : undefined;
  const code = children.map(({ text }) => `${text}\n`);
  if (!load || code.reduce((sum, { length }) => sum + length, 0) > maxLength) return undefined;
  const [{ default: hljs }, definition] = await Promise.all([import('highlight.js/lib/core'), load()]);
  if (!hljs.getLanguage(full)) hljs.registerLanguage(full, definition.default);
  const { value } = hljs.highlight(code.join(''), { language: full, ignoreIllegals: true });
  return cut(
    spansOf(value),
    code.map(({ length }) => length),
  );
};
