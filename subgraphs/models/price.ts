/** The form of a price in US dollars per million tokens: a decimal from 0 with at most 12 places. */
const pricePattern = /^\d{1,9}(\.\d{1,12})?$/;

export const isPrice = (text: string): boolean => pricePattern.test(text);
