/** The text of a DOCX: paragraphs, lists and tables in their order, a piece for each heading. Comments are left out. */

import { damaged } from './extraction-fault.ts';
import type { PageCollector } from './page-collector.ts';
import { readXml } from './xml-reader.ts';
import { openZipArchive } from './zip-archive.ts';

/** Names of styles differ by language, their ids mostly do not. */
const headingStyle = /^(heading|title|berschrift|titre|titulo|titolo|kop|naglowek)/i;

/** Elements whose text is no part of the document: what was deleted, and instructions of fields. */
const skipped: ReadonlySet<string> = new Set(['delText', 'instrText', 'delInstrText']);

class WordText {
  readonly #collector: PageCollector;
  #heading: string | undefined;
  #section: string[] = [];
  #paragraph = '';
  #isHeading = false;
  #cells: string[] | undefined;
  #tables = 0;
  #skips = 0;
  #reads = 0;

  constructor(collector: PageCollector) {
    this.#collector = collector;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (skipped.has(name)) this.#skips += 1;
    else if (name === 't') this.#reads += 1;
    else if (name === 'tab') this.#paragraph += '\t';
    else if (name === 'br' || name === 'cr') this.#paragraph += '\n';
    else if (name === 'pStyle') this.#isHeading = headingStyle.test(attributes['val'] ?? '');
    else if (name === 'outlineLvl') this.#isHeading = Number(attributes['val'] ?? 9) < 9;
    else if (name === 'numPr') this.#paragraph = `- ${this.#paragraph}`;
    else if (name === 'tbl') this.#tables += 1;
    else if (name === 'tr' && this.#tables === 1) this.#cells = [];
    else if (name === 'tc' && this.#tables === 1) this.#cells?.push('');
  }

  text(text: string): void {
    if (this.#reads === 0 || this.#skips > 0) return;
    this.#collector.expect(text.length);
    this.#paragraph += text;
  }

  close(name: string): void {
    if (skipped.has(name)) this.#skips -= 1;
    else if (name === 't') this.#reads -= 1;
    else if (name === 'p') this.#endParagraph();
    else if (name === 'tbl') this.#tables -= 1;
    else if (name === 'tr' && this.#tables === 1) {
      this.#section.push((this.#cells ?? []).map((cell) => cell.trim()).join(' | '));
      this.#cells = undefined;
    }
  }

  end(): void {
    this.#collector.add({
      page: null,
      ...(this.#heading === undefined ? {} : { heading: this.#heading }),
      text: this.#section.join('\n'),
    });
    this.#section = [];
  }

  #endParagraph(): void {
    const paragraph = this.#paragraph;
    const isHeading = this.#isHeading && paragraph.trim() !== '';
    this.#paragraph = '';
    this.#isHeading = false;
    if (this.#cells) {
      const last = this.#cells.length - 1;
      if (last >= 0) this.#cells[last] = `${this.#cells[last]} ${paragraph}`.trim();
      return;
    }
    if (!isHeading) {
      this.#section.push(paragraph);
      return;
    }
    this.end();
    this.#heading = paragraph.trim();
  }
}

export const readWord = async (path: string, collector: PageCollector): Promise<null> => {
  using archive = await openZipArchive(path);
  const document = new WordText(collector);
  if (!(await readXml(archive, 'word/document.xml', document))) throw damaged();
  document.end();
  // Notes stand behind the text that they belong to.
  for (const notes of ['word/footnotes.xml', 'word/endnotes.xml']) {
    const text = new WordText(collector);
    await readXml(archive, notes, text);
    text.end();
  }
  return null;
};
