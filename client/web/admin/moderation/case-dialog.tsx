/** One case: what was written, what was found, and the decision with a note. */
import { useParlance } from '@parlance/react';
import { formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import { type CaseRowFragment, type ModerationCaseStatus, ResolveCaseDocument } from '../generated/graphql.ts';
import { Form, type FormValues, Select, TextArea } from '../parts/form.tsx';
import { PageDialog } from '../parts/page-dialog.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { describeFindings, describeOutcome } from './describe-case.ts';

const statuses: readonly ModerationCaseStatus[] = ['UPHELD', 'DISMISSED', 'OPEN'];

export interface CaseDialogProps {
  readonly row: CaseRowFragment;
  readonly onDecided: () => Promise<void>;
  readonly onClose: () => void;
}

export const CaseDialog = ({ row, onDecided, onClose }: CaseDialogProps) => {
  const w = useWords();
  const t = useTranslate();
  const language = useLanguage();
  const reader = { w, t, language };
  const client = useParlance();
  const action = useAction();
  const { id, excerpt, user, conversationId, verdict, resolvedAt, resolvedBy, note } = row;
  const decide = async (values: FormValues) => {
    const status = statuses.find((known) => known === values.text('status')) ?? 'OPEN';
    const given = values.text('note');
    const task = async () => {
      await client.mutate(ResolveCaseDocument, { id, status, note: given === '' ? null : given });
      await onDecided();
    };
    if (await action.run(task, w('moderation.decided', { status: w(`moderation.${status}`) }))) onClose();
  };
  return (
    <PageDialog title={w('moderation.case')} closeLabel={t('close')} wide onClose={onClose}>
      <div className={styles['parts']}>
        <blockquote className={styles['quote']}>{excerpt}</blockquote>
        <p className={styles['intro']}>
          {w('moderation.caseOf', { name: user.email ?? user.id, verdict: describeOutcome(row, reader) })}{' '}
          {describeFindings(verdict.categories, reader)}
        </p>
        <p className={styles['intro']}>{w('moderation.conversation', { id: conversationId })}</p>
        {resolvedAt === null ? null : (
          <p className={styles['intro']}>
            {w('moderation.resolved', {
              time: formatMoment(resolvedAt, language),
              name: resolvedBy?.email ?? resolvedBy?.id ?? '–',
            })}
          </p>
        )}
        <Form
          label={w('moderation.decide')}
          submit={w('moderation.decide')}
          action={action}
          onSubmit={(values) => void decide(values)}
        >
          <Select
            name="status"
            label={w('moderation.decision')}
            hint={w('moderation.decisionHint')}
            choices={statuses.map((value) => ({ value, label: w(`moderation.${value}`) }))}
          />
          <TextArea name="note" label={w('moderation.note')} defaultValue={note ?? ''} maxLength={2_000} />
        </Form>
      </div>
    </PageDialog>
  );
};
