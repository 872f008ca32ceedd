/**
 * Rows as CSV (RFC 4180). Invariant: a spreadsheet computes nothing of it. A text that it would take for a formula gets
 * an apostrophe in front, because titles and names were written by users.
 */

/** What spreadsheets begin a formula with, also behind characters that they skip. */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/u;

export type CsvValue = string | number;

const fieldOf = (value: CsvValue): string => {
  if (typeof value === 'number') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$|^'/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** With a byte order mark, without which spreadsheets read other letters than those that were written. */
export const toCsv = (rows: readonly (readonly CsvValue[])[]): string =>
  `\ufeff${rows.map((row) => `${row.map(fieldOf).join(',')}\r\n`).join('')}`;
