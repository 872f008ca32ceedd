/**
 * Finds the data about people in a text that models need not read: addresses, numbers of telephones, cards and
 * accounts, and secrets. What looks like a placeholder is found too, so that it gets one of its own and stands for
 * nobody else's value. Invariants: what is found does not overlap and is in the order of the text; the work grows with
 * its length.
 */
import { findAccounts, findCards, findPhones, type Span } from './find-numbers.ts';
import { findSecrets } from './find-secrets.ts';

/** The names in placeholders. */
export const kinds = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'KEY', 'TEXT'] as const;
export type Kind = (typeof kinds)[number];

export interface Finding extends Span {
  readonly kind: Kind;
}

const email =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}_-])/gu;
const uuid = /(?<![\da-z-])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\da-z-])/gi;
const placeholder = new RegExp(`\\[(?:${kinds.join('|')})_\\d{1,7}\\]`, 'g');
/** In a text that is JSON, as titles have it. Two characters take its place, so that all positions stay. */
const escapedSpace = /\\[nrtbf]/g;

const spansOf = (text: string, form: RegExp): Span[] =>
  [...text.matchAll(form)].map(({ 0: value, index: start }) => ({ start, end: start + value.length }));

const findEmails = (text: string): Span[] =>
  // The address of a repository is no one's.
  text.includes('@') ? spansOf(text, email).filter(({ start }) => !text.startsWith('git@', start)) : [];

export const findPersonalData = (given: string): Finding[] => {
  const text = given.includes('\\') ? given.replace(escapedSpace, '\n\n') : given;
  const hasDigits = /\d/.test(text);
  const named = (kind: Kind | undefined, spans: readonly Span[]) => spans.map((span) => ({ kind, ...span }));
  // Of two that begin at the same place, the first one is taken. Nothing within an id of another kind is a number.
  const found = [
    ...named('TEXT', text.includes('[') ? spansOf(text, placeholder) : []),
    ...named('KEY', hasDigits ? findSecrets(text) : []),
    ...named(undefined, hasDigits ? spansOf(text, uuid) : []),
    ...named('EMAIL', findEmails(text)),
    ...named('IBAN', hasDigits ? findAccounts(text) : []),
    ...named('CARD', hasDigits ? findCards(text) : []),
    ...named('PHONE', hasDigits ? findPhones(text) : []),
  ];
  let behind = 0;
  return found
    .sort((one, other) => one.start - other.start)
    .flatMap(({ kind, start, end }) => {
      if (start < behind) return [];
      behind = end;
      return kind === undefined ? [] : [{ kind, start, end }];
    });
};
