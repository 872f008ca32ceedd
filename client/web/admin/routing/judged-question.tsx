/** What the server judged of a typed question, and which rule it would follow. */
import { languageName } from '../../formats/format.ts';
import { useLanguage } from '../../translations/translation.ts';
import type { TryRouteQuery } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Badge, type Tone } from '../parts/figures.tsx';
import { useWords, type Words } from '../translations/words.ts';

type Decision = TryRouteQuery['explainRoute'];
type RuleJudgement = Decision['rules'][number];

const tones: Readonly<Record<RuleJudgement['verdict'], Tone>> = {
  FOLLOWED: 'good',
  EARLIER_FOLLOWED: 'plain',
  NOT_MATCHED: 'warning',
};

const columnsIn = (w: Words): readonly Column<RuleJudgement>[] => [
  { id: 'rule', title: w('routing.rules'), cell: ({ position }) => w('routing.rule', { position }) },
  {
    id: 'verdict',
    title: w('routing.verdict'),
    cell: ({ verdict }) => <Badge tone={tones[verdict]}>{w(`routing.ruleVerdict.${verdict}`)}</Badge>,
  },
  { id: 'reason', title: w('routing.reason'), cell: ({ reason }) => <span lang="en">{reason}</span> },
];

export interface JudgedQuestionProps {
  readonly decision: Decision;
}

export const JudgedQuestion = ({ decision }: JudgedQuestionProps) => {
  const w = useWords();
  const own = useLanguage();
  const { complexity, complexityReason, language, signals, rules } = decision;
  if (complexity === null) return null;
  const found = signals.map(({ rule, points }) => `${rule} ${points > 0 ? `+${points}` : points}`).join(', ');
  return (
    <>
      <p>
        {w('routing.judged', {
          complexity,
          language: language === null ? w('routing.languageUnknown') : languageName(language, own),
          reason: complexityReason ?? '',
        })}
      </p>
      {found === '' ? null : <p>{w('routing.signals', { signals: found })}</p>}
      <DataTable
        caption={w('routing.ruleVerdicts')}
        columns={columnsIn(w)}
        rows={rules}
        keyOf={({ position }) => String(position)}
        none={w('routing.noRules')}
      />
    </>
  );
};
