/**
 * Finds numbers of cards, of bank accounts and of telephones in a text. Invariants: a card passes Luhn's check and an
 * account that of its IBAN, so an order number is rarely taken for one; the work grows with the length of the text.
 */
import { isAccountNumber, isCardNumber } from './check-digits.ts';

/** Where a value is in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Lengths of card numbers, the usual ones first. */
const cardLengths = [16, 15, 14, 13, 19, 18, 17];
const longestCard = 19;
const digitRun = /(?<![\p{L}\p{N}_]|\d\.)[2-6]\d*(?:[ -]\d+)*/gu;

const isDigitAt = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
};

/**
 * Groups from a position on, as cards are written: all digits in one, or three to seven in each.
 * @returns the position behind the group that brings the number to so many digits
 */
const groupEnds = (text: string, start: number): ReadonlyMap<number, number> => {
  const ends = new Map<number, number>();
  let digits = 0;
  for (let at = start; digits <= longestCard; ) {
    let end = at;
    while (end - at <= longestCard && isDigitAt(text, end)) end += 1;
    const size = end - at;
    const isGroup = size >= 3 && size <= 7;
    if (size === 0 || (digits > 0 && !isGroup)) break;
    digits += size;
    ends.set(digits, end);
    if (!isGroup || (text[end] !== ' ' && text[end] !== '-')) break;
    at = end + 1;
  }
  return ends;
};

const cardAt = (text: string, start: number): Span | undefined => {
  const ends = groupEnds(text, start);
  for (const length of cardLengths) {
    const end = ends.get(length);
    if (end === undefined || /[\p{L}\p{N}_]/u.test(text[end] ?? '') || /^\.\d/.test(text.slice(end, end + 2))) continue;
    if (isCardNumber(text.slice(start, end).replaceAll(/\D/g, ''))) return { start, end };
  }
  return undefined;
};

export const findCards = (text: string): Span[] => {
  const found: Span[] = [];
  let behind = 0;
  for (const { 0: run, index } of text.matchAll(digitRun)) {
    for (const { index: offset } of run.matchAll(/(?<!\d)[2-6]/g)) {
      const start = index + offset;
      if (start < behind) continue;
      const card = cardAt(text, start);
      if (card === undefined) continue;
      found.push(card);
      behind = card.end;
    }
  }
  return found;
};

/** Characters of an IBAN by country, from the registry of SWIFT. */
const ibanLengths = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 ' +
    'SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((one) => [one.slice(0, 2), Number(one.slice(2))]),
);
const ibanStart = /(?<![\p{L}\p{N}_])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z\d])/gu;
/** Characters of the longest IBAN with a separator behind each fourth. */
const longestIban = 42;

export const findAccounts = (text: string): Span[] => {
  const found: Span[] = [];
  for (const { 0: opening, index: start } of text.matchAll(ibanStart)) {
    const length = ibanLengths.get(opening.slice(0, 2).toUpperCase());
    if (length === undefined) continue;
    const near = text.slice(start, start + longestIban + 1);
    const [written] =
      near.match(new RegExp(`^[A-Za-z\\d](?:[ -]?[A-Za-z\\d]){${length - 1}}(?![\\p{L}\\p{N}_])`, 'u')) ?? [];
    if (written !== undefined && isAccountNumber(written.replaceAll(/[ -]/g, ''))) {
      found.push({ start, end: start + written.length });
    }
  }
  return found;
};

/** A country's code and 7 to 14 digits more. */
const international = /(?<![\p{L}\p{N}_+])\+[1-9](?:[ ./()\u00A0-]{0,3}\d){7,14}(?!\d)/gu;
const internationalByZeros = /(?<![\p{L}\p{N}_+]|\d[.,:/-])00[1-9]\d{0,2}[ /-](?:[ /()-]{0,3}\d){6,12}(?![\d\p{L}_])/gu;
/** A national number as it is written in most of Europe: a zero, the code of a place or a network, and a separator. */
const national =
  /(?<![\p{L}\p{N}_+]|\d[.,:/-])(?:\(0\d{1,4}\)|0[1-9]\d{0,3}(?=[ /-]))(?:[ /-]{0,3}\d){6,9}(?![\d\p{L}_]|[.:-]\d)/gu;
const american =
  /(?<![\p{L}\p{N}_+]|\d[.,:/-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])[2-9]\d{2}[-. ]\d{4}(?![\d\p{L}_]|[.:-]\d)/gu;
/** Digits without a separator are a number of a telephone only behind such a word. */
const named =
  /(?<!\p{L})(?:tel|phone|telephone|telefon|mobile?|handy|cell|fax|whatsapp|call)\p{L}{0,12}(?: (?:number|nummer|no|nr))?[.:]{0,2}[ #:]{1,3}(0?[1-9]\d{6,12})(?![\d\p{L}_]|[.:-]\d)/giu;
const date = /^\(?\d{1,2}[ ./-]\d{1,2}[ ./-]\d{4}(?!\d)/;
const digitsOf = (text: string): number => text.replaceAll(/\D/g, '').length;

export const findPhones = (text: string): Span[] => {
  const found: Span[] = [];
  for (const form of [international, internationalByZeros, national, american]) {
    for (const { 0: number, index: start } of text.matchAll(form)) {
      if (digitsOf(number) >= 8 && !date.test(number)) found.push({ start, end: start + number.length });
    }
  }
  for (const { 0: whole, 1: number = '', index } of text.matchAll(named)) {
    const end = index + whole.length;
    found.push({ start: end - number.length, end });
  }
  return found;
};
