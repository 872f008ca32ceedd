/** What the moderation made of a text, in the reader's words. */

import type { Translate } from '../../translations/translation.ts';
import { type Category, describeCategory } from '../../verdicts/moderation-words.ts';
import type { CaseRowFragment } from '../generated/graphql.ts';
import { formatScore } from '../parts/format-figures.ts';
import type { Words } from '../translations/words.ts';

export interface Reader {
  readonly w: Words;
  readonly t: Translate;
  readonly language: string;
}

export const describeFindings = (
  categories: readonly { readonly category: Category; readonly score: number }[],
  { t, language }: Reader,
): string =>
  categories
    .map(({ category, score }) => `${describeCategory(category, t)} ${formatScore(score, language)}`)
    .join(', ');

export const describeOutcome = ({ verdict: { action, stage } }: CaseRowFragment, { w }: Reader): string =>
  w('moderation.verdict', { action: w(`moderation.${action}`), stage: w(`moderation.${stage}`) });
