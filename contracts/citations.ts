/**
 * Citations in the text of a reply: `[2]`, outside code, stands for passage 2. Models write them in several ways, and
 * numbers that do not exist; the reader below writes each as `[n]` and drops those without a passage. Invariants: it
 * gives the same text, however the text is divided; it holds back at most `longestMarker` characters; what is in code
 * stays as it is.
 */

/** `[1, 2; 4-6]` and the space before it. */
const longestMarker = 48;
/** What may still become a marker. */
const beginning = /^ ?(?:\[(?:\s{0,2}\d{0,3}\s{0,2}[,;–-]?){0,8})?$/;
const marker = /^( ?)\[([\d\s,;–-]+)\]$/;
const mostOfRange = 20;

function* numbersOf(list: string): Generator<number> {
  for (const part of list.split(/[,;]/)) {
    const [first = Number.NaN, last = first] = part.split(/[–-]/).map((number) => Number.parseInt(number, 10));
    for (let number = first; number <= Math.min(last, first + mostOfRange); number += 1) yield number;
  }
}

export interface CitationReader {
  /** What can be shown after one more piece of the text. */
  take(piece: string): string;
  /** What was held back. */
  end(): string;
}

/** Follows code, in which brackets mean something else: a run of backticks opens it, an equal one closes it. */
const createCodeWatch = () => {
  let open = 0;
  let run = 0;
  let isLineEmpty = false;
  return {
    take(character: string): void {
      if (character === '`') {
        run += 1;
        return;
      }
      if (run > 0) {
        if (open === 0) open = run;
        else if (run === open || (open >= 3 && run >= open)) open = 0;
        run = 0;
      }
      // A paragraph ends inline code that nothing closed.
      if (character === '\n' && isLineEmpty && open < 3) open = 0;
      if (character === '\n') isLineEmpty = true;
      else if (character.trim() !== '') isLineEmpty = false;
    },
    get isInCode() {
      return open > 0 || run > 0;
    },
  };
};

/**
 * @param numbers those of the passages
 * @param before the text that the pieces continue
 */
export const createCitationReader = (numbers: ReadonlySet<number>, before = ''): CitationReader => {
  const code = createCodeWatch();
  let held = '';
  for (const character of before) code.take(character);

  const pass = (text: string): string => {
    for (const character of text) code.take(character);
    return text;
  };
  /** What a whole marker becomes. */
  const resolve = (): string | undefined => {
    const [, space = '', list] = marker.exec(held) ?? [];
    if (list === undefined || !/\d/.test(list)) return undefined;
    const existing = [...new Set(numbersOf(list))].filter((number) => numbers.has(number));
    return existing.length === 0 ? '' : space + existing.map((number) => `[${number}]`).join('');
  };
  const takeCharacter = (character: string): string => {
    const longer = held + character;
    if (character === ']' && held.includes('[')) {
      held = longer;
      const resolved = resolve();
      held = '';
      return pass(resolved ?? longer);
    }
    if (!code.isInCode && longer.length <= longestMarker && beginning.test(longer)) {
      held = longer;
      return '';
    }
    const shown = pass(held);
    held = '';
    // The character may begin a marker itself.
    if (shown !== '' && !code.isInCode && beginning.test(character)) {
      held = character;
      return shown;
    }
    return shown + pass(character);
  };
  return {
    take(piece) {
      let shown = '';
      for (const character of piece) shown += takeCharacter(character);
      return shown;
    },
    end() {
      const shown = pass(held);
      held = '';
      return shown;
    },
  };
};

/** The numbers that a text cites, in the order in which they come first. */
export const citedNumbers = (text: string): readonly number[] => {
  const numbers = new Set<number>();
  const code = createCodeWatch();
  let from = 0;
  for (const { 1: number, index } of text.matchAll(/\[(\d{1,3})\]/g)) {
    for (const character of text.slice(from, index)) code.take(character);
    if (!code.isInCode) numbers.add(Number(number));
    from = index;
  }
  return [...numbers];
};
