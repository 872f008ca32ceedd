/** Figures as the reader's language writes them; a dash where there is none. */
const none = '–';

export const formatMs = (ms: number | null | undefined, language: string): string => {
  if (ms === null || ms === undefined) return none;
  return ms < 1_000
    ? `${new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(ms)} ms`
    : `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(ms / 1_000)} s`;
};

export const formatShare = (share: number | null | undefined, language: string): string =>
  share === null || share === undefined
    ? none
    : new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share);

/** Prices are per million tokens, with all their digits. */
export const formatPrice = (price: string, language: string): string =>
  new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 8,
  }).format(Number(price));

/** Scores are between 0 and 1. */
export const formatScore = (score: number, language: string): string =>
  new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(score);
