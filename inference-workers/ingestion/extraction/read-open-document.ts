/**
 * The text of ODT (a piece for each heading) and ODS (a page for each sheet, a line for each row). Cells and rows that
 * are repeated by a number are read once.
 */
import { damaged, encrypted } from './extraction-fault.ts';
import type { PageCollector } from './page-collector.ts';
import { readXml } from './xml-reader.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';

/** What stands beside the text: comments, and what was deleted. */
const skipped: ReadonlySet<string> = new Set(['annotation', 'tracked-changes', 'deletion', 'forms']);

const requireOpen = async (archive: ZipArchive): Promise<void> => {
  await readXml(archive, 'META-INF/manifest.xml', {
    open(name) {
      if (name === 'encryption-data') throw encrypted();
    },
  });
};

class DocumentText {
  sheets = 0;
  readonly #collector: PageCollector;
  readonly #isSheet: boolean;
  #heading: string | undefined;
  #lines: string[] = [];
  #paragraph = '';
  #depth = 0;
  #skips = 0;
  #cells: string[] | undefined;

  constructor(collector: PageCollector, isSheet: boolean) {
    this.#collector = collector;
    this.#isSheet = isSheet;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (skipped.has(name)) this.#skips += 1;
    else if (name === 'p' || name === 'h') this.#depth += 1;
    else if (name === 'tab') this.#paragraph += '\t';
    else if (name === 's') this.#paragraph += ' ';
    else if (name === 'line-break') this.#paragraph += '\n';
    else if (name === 'table-row') this.#cells = [];
    else if (name === 'table-cell') this.#cells?.push('');
    else if (name === 'table' && this.#isSheet) {
      this.sheets += 1;
      this.#collector.checkPage(this.sheets);
      this.#heading = attributes['name'];
    }
  }

  text(text: string): void {
    if (this.#depth === 0 || this.#skips > 0) return;
    this.#collector.expect(text.length);
    this.#paragraph += text;
  }

  close(name: string): void {
    if (skipped.has(name)) this.#skips -= 1;
    else if (name === 'p' || name === 'h') this.#endParagraph(name === 'h');
    else if (name === 'table-row') this.#endRow();
    else if (name === 'table' && this.#isSheet) this.end();
  }

  end(): void {
    const heading = this.#heading === undefined ? {} : { heading: this.#heading };
    this.#collector.add({ page: this.#isSheet ? this.sheets : null, ...heading, text: this.#lines.join('\n') });
    this.#lines = [];
  }

  #endRow(): void {
    const cells = this.#cells ?? [];
    this.#cells = undefined;
    const line = cells.join(' | ').replace(/[ |]+$/, '');
    if (line !== '') this.#lines.push(line);
  }

  #endParagraph(isHeading: boolean): void {
    this.#depth -= 1;
    if (this.#depth > 0 || this.#skips > 0) return;
    const paragraph = this.#paragraph;
    this.#paragraph = '';
    if (this.#cells) {
      const last = this.#cells.length - 1;
      if (last >= 0) this.#cells[last] = `${this.#cells[last]} ${paragraph}`.trim();
      return;
    }
    if (!isHeading) {
      this.#lines.push(paragraph);
      return;
    }
    this.end();
    this.#heading = paragraph;
  }
}

const readContent = async (path: string, collector: PageCollector, isSheet: boolean): Promise<DocumentText> => {
  using archive = await openZipArchive(path);
  await requireOpen(archive);
  const text = new DocumentText(collector, isSheet);
  if (!(await readXml(archive, 'content.xml', text))) throw damaged();
  return text;
};

export const readOpenText = async (path: string, collector: PageCollector): Promise<null> => {
  const text = await readContent(path, collector, false);
  text.end();
  return null;
};

/** Returns the number of sheets. */
export const readOpenSheets = async (path: string, collector: PageCollector): Promise<number> =>
  (await readContent(path, collector, true)).sheets;
