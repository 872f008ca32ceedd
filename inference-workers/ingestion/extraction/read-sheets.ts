/**
 * The sheets of an XLSX as tables: a page for each sheet, a line for each row, bars between cells. Numbers whose format
 * is one of a date are dates. Formulas count as what they last gave.
 */
import { damaged } from './extraction-fault.ts';
import type { PageCollector } from './page-collector.ts';
import { isDateFormat, sheetDate } from './sheet-dates.ts';
import { readXml } from './xml-reader.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';

/** Empty cells between two others that are shown; a sheet may have 16,384 columns. */
const maxGap = 20;

const readSharedStrings = async (archive: ZipArchive, collector: PageCollector): Promise<readonly string[]> => {
  const strings: string[] = [];
  let current = '';
  let reading = false;
  await readXml(archive, 'xl/sharedStrings.xml', {
    open(name) {
      if (name === 'si') current = '';
      reading = name === 't';
    },
    text(text) {
      if (!reading) return;
      collector.expect(text.length);
      current += text;
    },
    close(name) {
      reading = false;
      if (name === 'si') strings.push(current);
    },
  });
  return strings;
};

/** For each style of cells, whether it shows a date. */
const readDateStyles = async (archive: ZipArchive): Promise<readonly boolean[]> => {
  const formats = new Map<number, string>();
  const styles: boolean[] = [];
  let inCells = false;
  await readXml(archive, 'xl/styles.xml', {
    open(name, attributes) {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) {
        const id = Number(attributes['numFmtId'] ?? 0);
        styles.push(isDateFormat(id, formats.get(id)));
      }
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
};

interface Workbook {
  readonly sheets: readonly { readonly name: string; readonly path: string }[];
  /** Days count from 1904, as on old Macintosh computers. */
  readonly from1904: boolean;
}

const readWorkbook = async (archive: ZipArchive): Promise<Workbook> => {
  const targets = new Map<string, string>();
  await readXml(archive, 'xl/_rels/workbook.xml.rels', {
    open(name, { Id = '', Target = '' }) {
      if (name === 'Relationship') targets.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`);
    },
  });
  const sheets: { name: string; path: string }[] = [];
  let from1904 = false;
  const found = await readXml(archive, 'xl/workbook.xml', {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const path = targets.get(attributes['id'] ?? '');
      if (path !== undefined) sheets.push({ name: attributes['name'] ?? '', path });
    },
  });
  if (!found) throw damaged();
  return { sheets, from1904 };
};

/** `AB12` -> 27 */
const columnOf = (reference: string): number => {
  let column = 0;
  for (const letter of reference) {
    const value = letter.charCodeAt(0) - 64;
    if (value < 1 || value > 26) break;
    column = column * 26 + value;
  }
  return column - 1;
};

interface SheetContext {
  readonly strings: readonly string[];
  readonly dateStyles: readonly boolean[];
  readonly from1904: boolean;
  readonly collector: PageCollector;
}

class SheetRows {
  readonly lines: string[] = [];
  readonly #context: SheetContext;
  #cells: string[] = [];
  #type = 'n';
  #style = 0;
  #column = -1;
  #value = '';
  #reads = false;

  constructor(context: SheetContext) {
    this.#context = context;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') {
      this.#cells = [];
      this.#column = -1;
    } else if (name === 'c') {
      this.#type = attributes['t'] ?? 'n';
      this.#style = Number(attributes['s'] ?? 0);
      const column = attributes['r'] === undefined ? this.#column + 1 : columnOf(attributes['r']);
      const gap = Math.min(maxGap, column - this.#column - 1);
      for (let empty = 0; empty < gap; empty += 1) this.#cells.push('');
      this.#column = column;
      this.#value = '';
    } else this.#reads = name === 'v' || (name === 't' && this.#type === 'inlineStr');
  }

  text(text: string): void {
    if (this.#reads) this.#value += text;
  }

  close(name: string): void {
    this.#reads = false;
    if (name === 'c') {
      const shown = this.#shown().replaceAll(/\s+/g, ' ').trim();
      this.#context.collector.expect(shown.length);
      this.#cells.push(shown);
    } else if (name === 'row' && this.#cells.some((cell) => cell !== '')) this.lines.push(this.#cells.join(' | '));
  }

  #shown(): string {
    const value = this.#value;
    if (this.#type === 's') return this.#context.strings[Number(value)] ?? '';
    if (this.#type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
    if (this.#type !== 'n' || value === '' || !this.#context.dateStyles[this.#style]) return value;
    return sheetDate(Number(value), this.#context.from1904) ?? value;
  }
}

/** Returns the number of sheets. */
export const readSheets = async (path: string, collector: PageCollector): Promise<number> => {
  using archive = await openZipArchive(path);
  const { sheets, from1904 } = await readWorkbook(archive);
  collector.checkPage(sheets.length);
  const strings = await readSharedStrings(archive, collector);
  const context = { strings, from1904, collector, dateStyles: await readDateStyles(archive) };
  for (const [index, sheet] of sheets.entries()) {
    const rows = new SheetRows(context);
    await readXml(archive, sheet.path, rows);
    collector.add({ page: index + 1, heading: sheet.name, text: rows.lines.join('\n') });
  }
  return sheets.length;
};
