/** The thresholds of one kind of text, and a trial of those that are typed before they apply. */
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { useRead } from '../../reads/use-read.ts';
import { type Translate, useTranslate } from '../../translations/translation.ts';
import { describeCategory } from '../../verdicts/moderation-words.ts';
import { useAction } from '../api/use-action.ts';
import { type CategoryThresholdInput, SetThresholdsDocument, ThresholdsDocument } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import formStyles from '../parts/form.module.css';
import { useWords, type Words } from '../translations/words.ts';
import type { ThresholdStage } from './threshold-stage.ts';
import { ThresholdTrial } from './threshold-trial.tsx';

type Category = CategoryThresholdInput['category'];
type Limit = 'flagAt' | 'blockAt';

/** As typed: empty for never. */
interface Row {
  readonly category: Category;
  readonly flagAt: string;
  readonly blockAt: string;
}

const textOf = (score: number | null): string => (score === null ? '' : String(score));
const scoreOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

const wordsOf = {
  INPUT: {
    caption: 'moderation.thresholds',
    flagAt: 'moderation.flagAt.of',
    blockAt: 'moderation.blockAt.of',
    save: 'moderation.save',
    saved: 'moderation.saved',
  },
  OUTPUT: {
    caption: 'moderation.replies',
    flagAt: 'moderation.flagAt.ofReplies',
    blockAt: 'moderation.blockAt.ofReplies',
    save: 'moderation.saveReplies',
    saved: 'moderation.savedReplies',
  },
} as const;

interface Given {
  readonly stage: ThresholdStage;
  readonly w: Words;
  readonly t: Translate;
  readonly change: (category: Category, limit: Limit, text: string) => void;
}

const columnsIn = ({ stage, w, t, change }: Given): readonly Column<Row>[] => {
  const limit = (id: Limit): Column<Row> => ({
    id,
    title: w(`moderation.${id}`),
    cell: (row) => (
      <input
        className={formStyles['cellInput']}
        type="number"
        min={0}
        max={1}
        step={0.05}
        aria-label={w(wordsOf[stage][id], { category: describeCategory(row.category, t) })}
        placeholder={w('moderation.never')}
        // Detected with too many false alarms to refuse a message for it.
        disabled={id === 'blockAt' && row.category === 'PROMPT_INJECTION'}
        value={row[id]}
        onChange={({ target }: ChangeEvent<HTMLInputElement>) => change(row.category, id, target.value)}
      />
    ),
  });
  return [
    { id: 'category', title: w('moderation.category'), cell: ({ category }) => describeCategory(category, t) },
    limit('flagAt'),
    limit('blockAt'),
  ];
};

export const Thresholds = ({ stage }: { readonly stage: ThresholdStage }) => {
  const w = useWords();
  const t = useTranslate();
  const client = useParlance();
  const { data, fault, refetch } = useRead(ThresholdsDocument, {});
  const action = useAction();
  const [typed, setTyped] = useState<Readonly<Record<string, Row>>>({});
  const policy = data?.moderationPolicy;
  const stored = (stage === 'OUTPUT' ? policy?.output : policy)?.thresholds.map(
    ({ category, flagAt, blockAt }): Row => ({ category, flagAt: textOf(flagAt), blockAt: textOf(blockAt) }),
  );
  const rows = stored?.map((row) => typed[row.category] ?? row);
  const change = (category: Category, limit: Limit, text: string) => {
    const row = rows?.find((candidate) => candidate.category === category);
    if (row) setTyped((before) => ({ ...before, [category]: { ...row, [limit]: text } }));
  };
  const changed = Object.values(typed).map(
    ({ category, flagAt, blockAt }): CategoryThresholdInput => ({
      category,
      flagAt: scoreOf(flagAt),
      blockAt: scoreOf(blockAt),
    }),
  );
  const save = () =>
    void action.run(async () => {
      const input = stage === 'OUTPUT' ? { output: { thresholds: changed } } : { thresholds: changed };
      await client.mutate(SetThresholdsDocument, { input });
      await refetch();
      setTyped({});
    }, w(wordsOf[stage].saved));
  const undo = () => setTyped({});
  return (
    <>
      <FaultView fault={action.fault ?? fault} retry={refetch} />
      <DataTable
        caption={w(wordsOf[stage].caption)}
        columns={columnsIn({ stage, w, t, change })}
        rows={rows}
        keyOf={({ category }) => category}
        none={w('page.reading')}
      />
      {rows ? (
        <>
          <ThresholdTrial stage={stage} thresholds={changed} />
          <ButtonRow>
            <Button look="main" disabled={changed.length === 0 || action.isRunning} onClick={save}>
              {w(wordsOf[stage].save)}
            </Button>
            <Button disabled={changed.length === 0} onClick={undo}>
              {w('moderation.undo')}
            </Button>
          </ButtonRow>
        </>
      ) : null}
    </>
  );
};
