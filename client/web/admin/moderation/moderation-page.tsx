/** What the screening found, as cases that somebody decides, and the thresholds by which it finds them. */

import {
  CaseOpenedDocument,
  CasesDocument,
  ResolveCaseDocument,
  SetThresholdsDocument,
  ThresholdsDocument,
  TryThresholdsDocument,
} from '../generated/graphql.ts';
import { Page, Section } from '../parts/page.tsx';
import { useWords } from '../translations/words.ts';
import { CaseList } from './case-list.tsx';
import { OutputMode } from './output-mode.tsx';
import { Thresholds } from './thresholds.tsx';

const operations = [
  { document: CasesDocument, variables: { status: 'OPEN', after: null } },
  ...[CaseOpenedDocument, ResolveCaseDocument, ThresholdsDocument, TryThresholdsDocument, SetThresholdsDocument].map(
    (document) => ({ document }),
  ),
];

export const ModerationPage = () => {
  const w = useWords();
  return (
    <Page title="moderation.title" intro={w('moderation.intro')} operations={operations}>
      <Section title={w('moderation.cases')}>
        <CaseList />
      </Section>
      <Section title={w('moderation.thresholds')} intro={w('moderation.thresholds.intro')}>
        <Thresholds stage="INPUT" />
      </Section>
      <Section title={w('moderation.replies')} intro={w('moderation.replies.intro')}>
        <OutputMode />
        <Thresholds stage="OUTPUT" />
      </Section>
    </Page>
  );
};
