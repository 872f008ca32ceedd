/** Numbers, money, times and names of languages as the reader's language writes them. */

/** In the unit that leaves three digits. */
export const formatBytes = (bytes: number, language: string): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = units[power] ?? 'byte';
  return (bytes / 1000 ** power).toLocaleString(language, {
    style: 'unit',
    unit,
    // In short, English has "13 byte".
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  });
};

export const formatCount = (count: number, language: string): string =>
  new Intl.NumberFormat(language, { notation: count >= 100_000 ? 'compact' : 'standard' }).format(count);

/** Prices of replies are fractions of a cent, so small amounts keep two digits that count. */
export const formatUsd = (amount: string, language: string): string => {
  const value = Number(amount);
  const digits = Math.abs(value) < 0.1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', ...digits }).format(value);
};

/** A length of time, roughly. */
export const formatSeconds = (seconds: number, language: string): string => {
  const [unit, count] =
    seconds < 120 ? (['second', seconds] as const) : (['minute', Math.round(seconds / 60)] as const);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
};

export const formatMoment = (moment: string, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(moment));

export const formatTime = (moment: string, language: string): string =>
  new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(moment));

/** @param code ISO 639-1; a code that the browser does not know stands for itself */
export const languageName = (code: string, language: string): string =>
  new Intl.DisplayNames(language, { type: 'language', fallback: 'code' }).of(code) ?? code;
