/**
 * Collects the text of a file. Invariant: it never holds more characters or pages than the limits allow; the first one
 * beyond them ends the extraction. Characters that no store takes, and white space that says nothing, are left out.
 */
import type { ExtractedPage } from '#contracts/extracted-text.ts';
import { ExtractionFault } from './extraction-fault.ts';

export interface TextLimits {
  readonly pages: number;
  readonly characters: number;
}

/** Pieces with little text each would cost far more than their characters. */
const maxPieces = 50_000;

const clean = (text: string): string =>
  text
    .toWellFormed()
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff\ufffe\uffff]/g, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[ \t\u00a0]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();

export class PageCollector {
  readonly limits: TextLimits;
  readonly pages: ExtractedPage[] = [];
  #length = 0;
  #raw = 0;

  constructor(limits: TextLimits) {
    this.limits = limits;
  }

  /** Characters of all texts. */
  get length(): number {
    return this.#length;
  }

  /** Counts characters before they are collected, so that a reader need not hold more than the limit. */
  expect(characters: number): void {
    this.#raw += characters;
    // White space that is removed may be half of a text.
    if (this.#raw > 4 * this.limits.characters) this.#refuse();
  }

  /** Throws TOO_LARGE for a page beyond the limit. */
  checkPage(page: number): void {
    if (page <= this.limits.pages) return;
    throw new ExtractionFault(
      'TOO_LARGE',
      `The file has more than ${this.limits.pages} pages, which your plan allows.`,
    );
  }

  add({ page, heading, text }: ExtractedPage): void {
    if (page !== null) this.checkPage(page);
    const cleaned = clean(text);
    const title = heading === undefined ? '' : clean(heading).slice(0, 500);
    if (cleaned === '' && title === '') return;
    this.#length += cleaned.length + title.length;
    if (this.#length > this.limits.characters || this.pages.length >= maxPieces) this.#refuse();
    this.pages.push({ page, ...(title === '' ? {} : { heading: title }), text: cleaned });
  }

  #refuse(): never {
    throw new ExtractionFault(
      'TOO_LARGE',
      `The file has more than ${this.limits.characters} characters of text, which your plan allows.`,
    );
  }
}
