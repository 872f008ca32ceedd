/**
 * Data about people in texts that leave for a model that compares texts. Invariant: equal kinds of values look alike in
 * every text, whichever others stand there, so that a question and a passage stay comparable.
 */
import { findPersonalData } from './find-personal-data.ts';

/** The text with `[EMAIL]`, `[PHONE]` and the like in the place of values. */
export const maskValues = (text: string): string => {
  let masked = '';
  let at = 0;
  for (const { kind, start, end } of findPersonalData(text)) {
    if (kind === 'TEXT') continue;
    masked += `${text.slice(at, start)}[${kind}]`;
    at = end;
  }
  return masked + text.slice(at);
};
