/**
 * Reads a file into a directory: its text, or the pictures that are made of it. Runs in a process of its own, because a
 * file may ask for more memory or time than there is. Throws ExtractionFault.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileKind } from '#contracts/files.ts';
import { decodeText } from './decode-text.ts';
import { ExtractionFault } from './extraction-fault.ts';
import { PageCollector, type TextLimits } from './page-collector.ts';
import { readDelimited } from './read-delimited.ts';
import { readHtml } from './read-html.ts';
import { readMarkdown } from './read-markdown.ts';
import { type Declared, type Format, sniffFile } from './sniff-file.ts';

export interface ExtractionTask extends Declared {
  readonly path: string;
  /** Where the results go. */
  readonly directory: string;
  readonly limits: TextLimits;
}

export interface Extraction {
  readonly mediaType: string;
  readonly kind: FileKind;
  readonly pageCount: number | null;
  /** Null for a picture. */
  readonly textLength: number | null;
}

export const extractedTextFile = 'text.json';

const readAsText = async (format: Format, path: string, collector: PageCollector): Promise<null> => {
  const text = decodeText(await readFile(path));
  if (format === 'html') return readHtml(text, collector);
  if (format === 'delimited') return readDelimited(text, collector);
  if (format === 'markdown') return readMarkdown(text, collector);
  collector.add({ page: null, text });
  return null;
};

/** Each reader is loaded where it is needed. Returns the number of pages, or null where there are none. */
const read = async (format: Format, path: string, collector: PageCollector): Promise<number | null> => {
  switch (format) {
    case 'pdf':
      return (await import('./read-pdf.ts')).readPdf(path, collector);
    case 'word':
      return (await import('./read-word.ts')).readWord(path, collector);
    case 'sheets':
      return (await import('./read-sheets.ts')).readSheets(path, collector);
    case 'slides':
      return (await import('./read-slides.ts')).readSlides(path, collector);
    case 'open-text':
      return (await import('./read-open-document.ts')).readOpenText(path, collector);
    case 'open-sheets':
      return (await import('./read-open-document.ts')).readOpenSheets(path, collector);
    case 'email':
      return (await import('./read-email.ts')).readEmail(await readFile(path), collector);
    default:
      return readAsText(format, path, collector);
  }
};

export const extract = async ({ path, directory, limits, ...declared }: ExtractionTask): Promise<Extraction> => {
  const { format, mediaType, kind } = await sniffFile(path, declared);
  if (format === 'image') {
    const { readImage } = await import('./read-image.ts');
    return { mediaType: await readImage(path, directory), kind, pageCount: null, textLength: null };
  }
  const collector = new PageCollector(limits);
  const pageCount = await read(format, path, collector);
  if (collector.length === 0) {
    const scan = format === 'pdf' ? ' It may be a scan: have its text recognised first.' : '';
    throw new ExtractionFault('NO_TEXT', `The file has no text.${scan}`);
  }
  await writeFile(join(directory, extractedTextFile), JSON.stringify({ pages: collector.pages }));
  return { mediaType, kind, pageCount, textLength: collector.length };
};
