/**
 * How texts are written before their words are compared: without case, accents and width, and with each letter in the
 * form that people type where their keyboard lacks it, so that Kündigung, KUENDIGUNG and kundigung are one word.
 * Invariant: linear in the text, of which a bounded beginning is read.
 */

/** Characters of a text that are read, before and after folding: NFKC grows a text up to 18 times. */
const longestRead = 12_000;
const longestFolded = 24_000;
/** Most that folding may make of a character on average, so that the work grows with the text as it is. */
const mostGrowth = 2;

/** Letters that have no accent to lose. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'a',
  œ: 'o',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};
const unaccented = new RegExp(`[${Object.keys(letters).join('')}]`, 'g');
/** An umlaut as it is typed without one; "neue" and "que" have none. */
const typedUmlaut = /(?<![aeiouq])([aou])e/g;

export const foldText = (text: string): string =>
  text
    .slice(0, longestRead)
    .toWellFormed()
    .normalize('NFKC')
    .slice(0, Math.min(longestFolded, mostGrowth * text.length + 64))
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f\u00ad\u200b-\u200d]/g, '')
    .normalize('NFC')
    .replaceAll(unaccented, (letter) => letters[letter] ?? letter)
    .replaceAll(typedUmlaut, '$1');
