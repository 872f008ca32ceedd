/** Writes a curated reply, or changes one. */
import { useParlance } from '@parlance/react';
import { useAction } from '../api/use-action.ts';
import { type CachesQuery, UpsertCuratedReplyDocument } from '../generated/graphql.ts';
import { Form, type FormValues, TextArea } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

export interface CuratedFormProps {
  /** Undefined for a new one. */
  readonly curated: CachesQuery['curatedReplies'][number] | undefined;
  readonly onSaved: () => Promise<void>;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export const CuratedForm = ({ curated, onSaved }: CuratedFormProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = (values: FormValues) => {
    const input = {
      id: curated?.id ?? null,
      questions: linesOf(values.text('questions')),
      reply: values.text('reply'),
    };
    void action.run(async () => {
      await client.mutate(UpsertCuratedReplyDocument, { input });
      await onSaved();
    }, w('caches.saved'));
  };
  return (
    <Form label={w('caches.curated')} submit={w('save')} action={action} onSubmit={submit}>
      <TextArea
        name="questions"
        label={w('caches.questions')}
        hint={w('caches.questionsHint')}
        defaultValue={curated?.questions.join('\n') ?? ''}
        required
      />
      <TextArea
        name="reply"
        label={w('caches.reply')}
        maxLength={20_000}
        rows={6}
        defaultValue={curated?.reply ?? ''}
        required
      />
    </Form>
  );
};
