/** What the soaked graph holds: everything follows from identifiers, so that each result can be known beforehand. */

export const subgraphNames = ['catalog', 'people', 'stock'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

const numberOf = (id: string): number => Number(id.replace(/\D/g, ''));

export const titleOf = (book: string): string => `Book "${book}"`;
export const priceOf = (book: string): number => 100 + (numberOf(book) % 400);
export const authorOf = (book: string): string => `a${numberOf(book) % 97}`;
export const nameOf = (author: string): string => `Name of ${author}`;
export const isInStock = (book: string): boolean => numberOf(book) % 3 !== 0;
/** Undefined where the price is not known. */
export const shippingOf = (price: number | null | undefined): number | null =>
  typeof price === 'number' ? 2 * price + 1 : null;
export const pageOf = (book: string, seq: number): string => `${book}, page ${seq}: ${'word '.repeat(1 + (seq % 7))}`;
