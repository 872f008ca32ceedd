/** Tables of values between commas, semicolons or tabs: a line for each row, with bars between its cells. */
import { parse } from 'csv-parse/sync';
import type { PageCollector } from './page-collector.ts';

const delimiters = [',', ';', '\t', '|'] as const;

/** Bytes of one cell. */
const maxRecordBytes = 1_048_576;

/** The delimiter that the first lines have most of. */
const delimiterOf = (text: string): string => {
  const head = text.split('\n', 20).join('\n').slice(0, 20_000);
  const count = (delimiter: string): number => head.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
};

export const readDelimited = (text: string, collector: PageCollector, delimiter = delimiterOf(text)): null => {
  collector.expect(text.length);
  let rows: string[][];
  try {
    rows = parse(text, {
      delimiter,
      bom: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxRecordBytes,
    });
  } catch {
    // What is no table is a text all the same.
    collector.add({ page: null, text });
    return null;
  }
  collector.add({ page: null, text: rows.map((cells) => cells.map((cell) => cell.trim()).join(' | ')).join('\n') });
  return null;
};
