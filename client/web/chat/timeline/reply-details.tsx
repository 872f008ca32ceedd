/** What a reply cost and which model wrote it, in one quiet line. */
import type { TimelineEntry } from '@parlance/react';
import { Button } from '../../design/button.tsx';
import { formatCount, formatMoment, formatUsd } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import detailsStyles from './details.module.css';
import { ModerationMark } from './moderation-mark.tsx';
import { RouteReasons } from './route-reasons.tsx';
import styles from './timeline.module.css';

const finishWords = {
  LENGTH: 'timeline.cutLength',
  REPETITION: 'timeline.cutRepetition',
  CONTENT_FILTER: 'timeline.cutFilter',
  CANCELLED: 'timeline.stopped',
  ERROR: 'timeline.cutError',
  STOP: undefined,
  TOOL_CALLS: undefined,
} as const;

export interface ReplyDetailsProps {
  readonly entry: TimelineEntry;
  readonly modelName: string | undefined;
  readonly onClose: () => void;
}

export const ReplyDetails = ({ entry, modelName, onClose }: ReplyDetailsProps) => {
  const t = useTranslate();
  const language = useLanguage();
  const { usage, completedAt, createdAt } = entry;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('details.model'), modelName],
    [t('details.cost'), usage ? formatUsd(usage.costUsd, language) : undefined],
    [t('details.input'), usage ? formatCount(usage.inputTokens, language) : undefined],
    [
      t('details.cached'),
      usage && usage.cachedInputTokens > 0 ? formatCount(usage.cachedInputTokens, language) : undefined,
    ],
    [t('details.output'), usage ? formatCount(usage.outputTokens, language) : undefined],
    [
      t('details.reasoning'),
      usage && usage.reasoningTokens > 0 ? formatCount(usage.reasoningTokens, language) : undefined,
    ],
    [t('details.time'), formatMoment(completedAt ?? createdAt, language)],
  ];
  return (
    <section className={detailsStyles['details']} aria-label={t('timeline.details')}>
      <dl>
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <RouteReasons messageId={entry.id} inputTokens={usage?.inputTokens} modelId={entry.modelId} />
      <Button onClick={onClose}>{t('close')}</Button>
    </section>
  );
};

/** That a reply was written before, why it is not whole, and what the moderation says of it. */
export const ReplyNotes = ({ entry }: Pick<ReplyDetailsProps, 'entry'>) => {
  const t = useTranslate();
  const finish = entry.finishReason === null ? undefined : finishWords[entry.finishReason];
  const isWhole = entry.status === 'COMPLETED' && finish === undefined;
  const isCut = !isWhole && ['COMPLETED', 'PARTIAL', 'CANCELLED'].includes(entry.status);
  return (
    <>
      {entry.reuse === null ? null : <p className={styles['note']}>{t('timeline.reused')}</p>}
      {isCut ? <p className={styles['note']}>{t(finish ?? 'timeline.cutError')}</p> : null}
      <ModerationMark moderation={entry.moderation} />
    </>
  );
};
