/** What the thresholds as typed would make of a text. The server screens it and stores nothing. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { OperationLinks } from '../api/explorer-link.tsx';
import { useAction } from '../api/use-action.ts';
import {
  type CategoryThresholdInput,
  TryThresholdsDocument,
  type TryThresholdsQuery,
  type TryThresholdsQueryVariables,
} from '../generated/graphql.ts';
import { Form, type FormValues, TextArea } from '../parts/form.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { describeFindings } from './describe-case.ts';
import type { ThresholdStage } from './threshold-stage.ts';

interface Outcome {
  readonly trial: TryThresholdsQuery['tryModeration'];
  readonly variables: TryThresholdsQueryVariables;
}

export interface ThresholdTrialProps {
  readonly stage: ThresholdStage;
  readonly thresholds: readonly CategoryThresholdInput[];
}

const wordsOf = {
  INPUT: { label: 'moderation.try', text: 'moderation.tryText' },
  OUTPUT: { label: 'moderation.tryReply', text: 'moderation.tryReplyText' },
} as const;

export const ThresholdTrial = ({ stage, thresholds }: ThresholdTrialProps) => {
  const w = useWords();
  const t = useTranslate();
  const language = useLanguage();
  const client = useParlance();
  const action = useAction();
  const [outcome, setOutcome] = useState<Outcome>();
  const submit = (values: FormValues) => {
    const variables = { content: values.text('content'), stage, thresholds: [...thresholds] };
    void action.run(async () => {
      const { tryModeration } = await client.query(TryThresholdsDocument, variables);
      setOutcome({ trial: tryModeration, variables });
    });
  };
  const findings = outcome && describeFindings(outcome.trial.categories, { w, t, language });
  return (
    <>
      <Form label={w(wordsOf[stage].label)} submit={w(wordsOf[stage].label)} action={action} onSubmit={submit}>
        <TextArea
          name="content"
          label={w(wordsOf[stage].text)}
          hint={w('moderation.tryHint')}
          required
          maxLength={20_000}
        />
      </Form>
      {outcome ? (
        <div className={styles['parts']}>
          <p className={styles['notice']} role="status">
            {w(`moderation.would.${outcome.trial.action}`)} {findings}
          </p>
          {stage === 'OUTPUT' && outcome.trial.action === 'BLOCK' ? (
            <p className={styles['notice']}>
              {outcome.trial.shown
                ? w('moderation.shown', { text: outcome.trial.shown })
                : w('moderation.shownNothing')}
            </p>
          ) : null}
          <OperationLinks
            label={w('page.tried')}
            operations={[{ document: TryThresholdsDocument, variables: outcome.variables }]}
          />
        </div>
      ) : null}
    </>
  );
};
