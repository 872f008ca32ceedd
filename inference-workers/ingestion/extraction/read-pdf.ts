/** The text of a PDF, page by page, with a line for each line. Returns the number of pages. */
import { readFile } from 'node:fs/promises';
import { getDocumentProxy } from 'unpdf';
import { damaged, encrypted } from './extraction-fault.ts';
import type { PageCollector } from './page-collector.ts';

const hasName = (fault: unknown, name: string): boolean => fault instanceof Error && fault.name === name;

const openPdf = async (path: string) => {
  try {
    // No fonts of this machine, and nothing is fetched.
    return await getDocumentProxy(new Uint8Array(await readFile(path)), {
      useSystemFonts: false,
      disableFontFace: true,
      stopAtErrors: false,
      verbosity: 0,
    });
  } catch (fault) {
    if (hasName(fault, 'PasswordException')) throw encrypted();
    throw damaged(fault);
  }
};

export const readPdf = async (path: string, collector: PageCollector): Promise<number> => {
  const pdf = await openPdf(path);
  collector.checkPage(pdf.numPages);
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    let text = '';
    for (const item of items) {
      if (!('str' in item)) continue;
      collector.expect(item.str.length);
      text += item.hasEOL ? `${item.str}\n` : item.str;
    }
    collector.add({ page: number, text });
    page.cleanup();
  }
  const { numPages } = pdf;
  await pdf.loadingTask.destroy();
  return numPages;
};
