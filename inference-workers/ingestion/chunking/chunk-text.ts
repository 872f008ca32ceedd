/**
 * Cuts the text of a document into chunks of about 400 tokens, the passages that are searched and cited. A chunk ends
 * at the end of a page, before a heading once it is long enough, and otherwise between sentences and rows. Invariants:
 * a chunk is of one page; it knows the headings that it stands under; where a text goes on, the next chunk begins with
 * the last sentences of the one before, and where a table goes on, with its header; time and memory are linear in the
 * text; a document has at most `mostChunks` chunks.
 */
import { likelyTokensOf } from './likely-tokens.ts';
import { type TextUnit, textUnits } from './text-units.ts';

/** A page, a sheet, a slide or a section, as extraction returns it. */
export interface TextPage {
  /** From 1; null where the format has none. */
  readonly page: number | null;
  readonly heading?: string | undefined;
  readonly text: string;
}

export interface Chunk {
  readonly page: number | null;
  /** The headings above it, highest first, joined; '' where there are none. */
  readonly heading: string;
  readonly text: string;
}

/** Likely tokens. */
const chunkTokens = 400;
const overlapTokens = 50;
/** A chunk with at least so many ends before a heading. */
const leastTokens = 60;
/** A header of a table that has more is not repeated. */
const headerTokens = 80;
/** Levels of headings that a chunk keeps. */
const headingLevels = 6;
const longestHeadingPath = 300;

/** Chunks of one document. 5,000 of them have two million tokens. */
export const mostChunks = 5_000;

interface Headings {
  /** A page with a title of its own, such as a sheet, is under no heading of the page before. */
  beginPage(title: string | undefined): void;
  at(level: number, text: string): void;
  path(): string;
}

const createHeadings = (): Headings => {
  const levels: (string | undefined)[] = [];
  return {
    beginPage(title) {
      if (title === undefined) return;
      levels.length = 0;
      levels[0] = title.trim() || undefined;
    },
    at(level, text) {
      levels.length = Math.min(levels.length, level);
      levels[Math.min(level, headingLevels)] = text;
    },
    path: () =>
      levels
        .filter((text) => text !== undefined)
        .join(' › ')
        .slice(0, longestHeadingPath),
  };
};

const joined = (units: readonly TextUnit[]): string => {
  let text = '';
  for (const unit of units) {
    const gap = unit.startsParagraph ? '\n\n' : unit.startsLine ? '\n' : ' ';
    text += text === '' ? unit.text : gap + unit.text;
  }
  return text;
};

/** The last units of a chunk with which the next one begins. */
const overlapOf = (units: readonly TextUnit[]): readonly TextUnit[] => {
  let first = units.length;
  for (let tokens = 0; first > 0; first -= 1) {
    const unit = units[first - 1];
    if (unit?.kind !== 'sentence') break;
    tokens += unit.tokens;
    if (tokens > overlapTokens) break;
  }
  return first === 0 ? [] : units.slice(first);
};

function* chunksOfPage({ page, heading, text }: TextPage, headings: Headings): Generator<Chunk> {
  headings.beginPage(heading);
  let path = headings.path();
  let units: TextUnit[] = [];
  let tokens = 0;
  /** Units that are not in the chunk before. */
  let fresh = 0;
  let header: TextUnit | undefined;

  const begin = (opening: readonly TextUnit[]): void => {
    units = [...opening];
    tokens = units.reduce((sum, unit) => sum + unit.tokens, 0);
    fresh = 0;
    path = headings.path();
  };
  const chunk = (): Chunk => ({ page, heading: path, text: joined(units) });

  for (const unit of textUnits(text, chunkTokens)) {
    if (unit.kind === 'heading') {
      if (tokens >= leastTokens && fresh > 0) {
        yield chunk();
        begin([]);
      }
      headings.at(unit.level, unit.text);
      if (fresh === 0) path = headings.path();
    }
    const continuesTable = unit.kind === 'row' && header !== undefined;
    if (unit.kind !== 'row') header = undefined;
    else header ??= unit.tokens <= headerTokens ? unit : undefined;
    if (tokens + unit.tokens > chunkTokens && units.length > 0) {
      yield chunk();
      begin(continuesTable && header ? [header] : overlapOf(units));
      // An overlap that leaves no space for what is new would be all that the chunk has.
      if (tokens + unit.tokens > chunkTokens) begin([]);
    }
    units.push(unit);
    tokens += unit.tokens;
    if (unit.kind !== 'heading') fresh += 1;
  }
  if (fresh > 0) yield chunk();
}

/** The chunks of a document, in its order. What would be beyond `mostChunks` is left out. */
export function* chunkText(pages: Iterable<TextPage>): Generator<Chunk> {
  let count = 0;
  const headings = createHeadings();
  for (const page of pages) {
    for (const chunk of chunksOfPage(page, headings)) {
      if (count === mostChunks) return;
      count += 1;
      yield chunk;
    }
  }
}

/** What is embedded of a chunk: its headings say what its text is about. */
export const embeddedTextOf = ({ heading, text }: Chunk): string => (heading === '' ? text : `${heading}\n${text}`);

export const chunkTokensOf = (chunk: Chunk): number => likelyTokensOf(embeddedTextOf(chunk));
