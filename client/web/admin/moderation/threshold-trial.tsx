/** What the thresholds as typed would make of a text. The server screens it and stores nothing. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { useLanguage } from '../../translations/translation.ts';
import { OperationLinks } from '../api/explorer-link.tsx';
import { useAction } from '../api/use-action.ts';
import {
  type CategoryThresholdInput,
  TryThresholdsDocument,
  type TryThresholdsQuery,
  type TryThresholdsQueryVariables,
} from '../generated/graphql.ts';
import { Form, type FormValues, TextArea } from '../parts/form.tsx';
import { formatScore } from '../parts/format-figures.ts';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';

interface Outcome {
  readonly trial: TryThresholdsQuery['tryModeration'];
  readonly variables: TryThresholdsQueryVariables;
}

export const ThresholdTrial = ({ thresholds }: { readonly thresholds: readonly CategoryThresholdInput[] }) => {
  const w = useWords();
  const language = useLanguage();
  const client = useParlance();
  const action = useAction();
  const [outcome, setOutcome] = useState<Outcome>();
  const submit = (values: FormValues) => {
    const variables = { content: values.text('content'), thresholds: [...thresholds] };
    void action.run(async () => {
      const { tryModeration } = await client.query(TryThresholdsDocument, variables);
      setOutcome({ trial: tryModeration, variables });
    });
  };
  const scores = outcome?.trial.categories.map(({ category, score }) => `${category} ${formatScore(score, language)}`);
  return (
    <>
      <Form label={w('moderation.try')} submit={w('moderation.try')} action={action} onSubmit={submit}>
        <TextArea
          name="content"
          label={w('moderation.tryText')}
          hint={w('moderation.tryHint')}
          required
          maxLength={20_000}
        />
      </Form>
      {outcome ? (
        <div className={styles['parts']}>
          <p className={styles['notice']} role="status">
            {w(`moderation.would.${outcome.trial.action}`)} {scores?.join(', ')}
          </p>
          <OperationLinks
            label={w('page.operations')}
            operations={[{ document: TryThresholdsDocument, variables: outcome.variables }]}
          />
        </div>
      ) : null}
    </>
  );
};
