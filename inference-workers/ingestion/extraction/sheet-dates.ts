/** Dates of spreadsheets, which are numbers of days; only the format of a cell says that it is one. */

/** Formats that every program knows by number (ECMA-376, 18.8.30), with those of East Asian programs. */
const builtInDates = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** @param code of a format that the file defines itself */
export const isDateFormat = (id: number, code: string | undefined): boolean => {
  if (code === undefined) return builtInDates(id);
  const letters = code
    .slice(0, 255)
    .replaceAll(/"[^"]*"|\\.|_.|\*./g, '')
    // Colours, currencies and conditions stand in brackets; so do hours beyond a day.
    .replaceAll(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return /[ymdhs]/i.test(letters) && !/general/i.test(letters);
};

const dayMs = 86_400_000;
/** Day 0. That 1900 counts as a leap year is wrong for the first two months of it only. */
const epochOf = (from1904: boolean): number => Date.UTC(from1904 ? 1904 : 1899, from1904 ? 0 : 11, from1904 ? 1 : 30);
/** The year 9999. */
const lastDay = 2_958_466;

/** `2026-11-30`, `2026-11-30 14:05` or `14:05`; undefined for what is no date. */
export const sheetDate = (days: number, from1904: boolean): string | undefined => {
  if (!Number.isFinite(days) || days < 0 || days >= lastDay) return undefined;
  // To the second: fractions of a day are rounded when they are stored.
  const text = new Date(epochOf(from1904) + Math.round(days * 86_400) * 1000).toISOString();
  const [date = '', time = ''] = text.split('T');
  const clock = time.endsWith(':00.000Z') ? time.slice(0, 5) : time.slice(0, 8);
  if (days < 1) return clock;
  return (days * dayMs) % dayMs === 0 ? date : `${date} ${clock}`;
};
