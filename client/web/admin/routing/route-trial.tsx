/** Where a question would go now, and why. The server judges the text and keeps none of it. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { type Translate, useTranslate } from '../../translations/translation.ts';
import { describeVerdict } from '../../verdicts/route-words.ts';
import { OperationLinks } from '../api/explorer-link.tsx';
import { useAction } from '../api/use-action.ts';
import { TryRouteDocument, type TryRouteQuery, type TryRouteQueryVariables } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Badge, type Tone } from '../parts/figures.tsx';
import { Form, type FormValues, Select, TextArea } from '../parts/form.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';
import { JudgedQuestion } from './judged-question.tsx';

type Decision = TryRouteQuery['explainRoute'];
type Candidate = Decision['candidates'][number];

/** Of most texts a token has about four bytes of UTF-8. The server takes the real count when a message is sent. */
const bytesOfToken = 4;

const tokensOf = (question: string): number =>
  Math.max(1, Math.ceil(new TextEncoder().encode(question).length / bytesOfToken));

const toneOf = (verdict: Candidate['verdict']): Tone => {
  if (verdict === 'CHOSEN') return 'good';
  return verdict === 'FALLBACK' ? 'plain' : 'warning';
};

const columnsIn = (w: Words, t: Translate): readonly Column<Candidate>[] => [
  { id: 'model', title: w('models.model'), cell: ({ model }) => model.displayName },
  {
    id: 'verdict',
    title: w('routing.verdict'),
    cell: ({ verdict }) => <Badge tone={toneOf(verdict)}>{verdict}</Badge>,
  },
  { id: 'reason', title: w('routing.reason'), cell: (judgement) => describeVerdict(judgement, t) },
];

export interface RouteTrialProps {
  readonly policies: readonly { readonly name: string }[];
}

interface Outcome {
  readonly decision: Decision;
  readonly variables: TryRouteQueryVariables;
}

export const RouteTrial = ({ policies }: RouteTrialProps) => {
  const w = useWords();
  const t = useTranslate();
  const client = useParlance();
  const action = useAction();
  const [outcome, setOutcome] = useState<Outcome>();
  const submit = (values: FormValues) => {
    const policy = values.text('policy');
    const content = values.text('question');
    const variables = {
      input: { content, inputTokens: tokensOf(content), modelPolicy: policy === '' ? null : policy },
    };
    void action.run(async () => {
      const { explainRoute } = await client.query(TryRouteDocument, variables);
      setOutcome({ decision: explainRoute, variables });
    });
  };
  const choices = [
    { value: '', label: w('routing.tenantDefault') },
    ...policies.map(({ name }) => ({ value: name, label: name })),
  ];
  return (
    <>
      <Form label={w('routing.try')} submit={w('routing.explain')} action={action} onSubmit={submit}>
        <TextArea name="question" label={w('routing.question')} required maxLength={100_000} />
        <Select name="policy" label={w('routing.policy')} choices={choices} />
      </Form>
      {outcome ? (
        <div className={styles['parts']}>
          <p className={styles['notice']} role="status">
            {w('routing.outcome', {
              tokens: outcome.variables.input.inputTokens ?? 0,
              plan: outcome.decision.plan,
              policy: outcome.decision.policy?.name ?? w('routing.platformOrder'),
            })}
          </p>
          <OperationLinks
            label={w('page.tried')}
            operations={[{ document: TryRouteDocument, variables: outcome.variables }]}
          />
          <JudgedQuestion decision={outcome.decision} />
          <DataTable
            caption={w('routing.candidates')}
            columns={columnsIn(w, t)}
            rows={outcome.decision.candidates}
            keyOf={({ model }) => model.id}
            none={w('models.none')}
          />
        </div>
      ) : null}
    </>
  );
};
