/** The terms by which a passage is found. */
import { searchTerms } from '#contracts/search-terms/search-terms.ts';

export interface TermedPassage {
  readonly fileName: string;
  readonly heading: string;
  readonly content: string;
}

/** A question names what a document is about as often as what a passage says. */
export const passageTerms = ({ fileName, heading, content }: TermedPassage): readonly string[] =>
  searchTerms(`${fileName.replace(/\.\w{1,8}$/, '')}\n${heading}\n${content}`).map(({ text }) => text);
