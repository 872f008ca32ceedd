/** A reply, while it is written and after. */

import { isFinal } from '@parlance/client';
import type { TimelineEntry } from '@parlance/react';
import { memo, useMemo, useState } from 'react';
import { useCopy } from '../../clipboard/copy-text.ts';
import { IconButton } from '../../design/button.tsx';
import hidden from '../../design/hidden.module.css';
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { formatUsd } from '../../formats/format.ts';
import { type Citations, CitationsContext } from '../../markdown/cited-text.tsx';
import { Markdown } from '../../markdown/markdown.tsx';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import type { ModelOption } from '../models/model-options.ts';
import { BranchSwitch } from './branch-switch.tsx';
import { CitedPassages, openPassage } from './cited-passages.tsx';
import { FaultNotice } from './fault-notice.tsx';
import { ReplyDetails, ReplyNotes } from './reply-details.tsx';
import { SpokenSentences } from './spoken-sentences.tsx';
import { StructuredContent } from './structured-content.tsx';
import { ThinkingView } from './thinking-view.tsx';
import styles from './timeline.module.css';
import type { TimelineActions } from './timeline-actions.ts';
import { SpokenApprovals, ToolApproval } from './tool-approval.tsx';
import { ToolCallView } from './tool-call-view.tsx';

export interface ReplyViewProps {
  readonly entry: TimelineEntry;
  readonly actions: TimelineActions;
  readonly models: readonly ModelOption[];
}

interface Growth {
  readonly isGrowing: boolean;
}

const Waiting = ({ entry }: Pick<ReplyViewProps, 'entry'>) => {
  const t = useTranslate();
  return (
    <p className={styles['waiting']}>
      <span className={styles['pulse']} aria-hidden="true" />
      {t(entry.status === 'QUEUED' ? 'timeline.queued' : 'timeline.thinking')}
    </p>
  );
};

const Content = ({ entry: { content, responseFormat }, isGrowing }: Pick<ReplyViewProps, 'entry'> & Growth) => {
  if (content === '') return null;
  return responseFormat === 'TEXT' ? (
    <Markdown text={content} isGrowing={isGrowing} />
  ) : (
    <StructuredContent content={content} isGrowing={isGrowing} />
  );
};

interface ToolsProps extends ReplyViewProps {
  readonly id: string;
  readonly onDetails: () => void;
}

const ReplyTools = ({ entry, id, actions, models, onDetails }: ToolsProps) => {
  const t = useTranslate();
  const language = useLanguage();
  const [isCopied, copy] = useCopy(entry.content);
  const again = [
    { label: t('timeline.again'), onChoose: () => actions.regenerate(id) },
    ...models.map(({ id: model, name, detail }) => ({
      label: t('timeline.againWith', { model: name }),
      detail,
      onChoose: () => actions.regenerate(id, model),
    })),
  ];
  return (
    <div className={styles['tools']} data-side="start">
      <BranchSwitch id={id} siblingIds={entry.siblingIds} onSelect={actions.select} />
      {entry.content === '' ? null : (
        <IconButton
          icon={isCopied ? 'check' : 'copy'}
          size="small"
          label={t(isCopied ? 'copied' : 'copy')}
          onClick={copy}
        />
      )}
      <Menu label={t('timeline.again')} items={again}>
        <Icon name="again" size={16} />
      </Menu>
      <IconButton icon="info" size="small" label={t('timeline.details')} onClick={onDetails} />
      {entry.usage && entry.content !== '' ? (
        <span className={styles['cost']}>{formatUsd(entry.usage.costUsd, language)}</span>
      ) : null}
    </div>
  );
};

const useCitations = ({ citations, key }: TimelineEntry): Citations | undefined => {
  const t = useTranslate();
  return useMemo(
    () =>
      citations.length === 0
        ? undefined
        : {
            numbers: new Set(citations.map(({ index }) => index)),
            label: (number: number) => t('citations.open', { number }),
            onOpen: (number: number) => openPassage(key, number),
          },
    [citations, key, t],
  );
};

export const ReplyView = memo(({ entry, actions, models }: ReplyViewProps) => {
  const t = useTranslate();
  const [showsDetails, setShowsDetails] = useState(false);
  const { id, content, reasoning, failure, toolCalls, isInterrupted } = entry;
  const running = !isFinal(entry.status);
  const isAsking = toolCalls.some(({ status }) => status === 'AWAITING_APPROVAL');
  const citations = useCitations(entry);
  const toggleDetails = () => setShowsDetails((was) => !was);
  const modelName = models.find((model) => model.id === entry.modelId)?.name ?? entry.modelId;
  const retry = (model?: string) => {
    if (id !== undefined) actions.regenerate(id, model);
  };
  return (
    <article className={styles['reply']} aria-label={t('timeline.reply')} aria-busy={running}>
      <h2 className={hidden['hidden']}>{t('timeline.reply')}</h2>
      <ThinkingView reasoning={reasoning} isThinking={running && content === ''} />
      {toolCalls.map((call) =>
        call.status === 'AWAITING_APPROVAL' && id !== undefined && running ? (
          <ToolApproval key={call.id} messageId={id} call={call} decide={actions.decide} />
        ) : (
          <ToolCallView key={call.id} call={call} />
        ),
      )}
      <CitationsContext value={citations}>
        <Content entry={entry} isGrowing={running} />
      </CitationsContext>
      <CitedPassages citations={entry.citations} content={content} replyKey={entry.key} />
      {entry.isWithoutDocuments ? <p className={styles['note']}>{t('citations.failed')}</p> : null}
      {running && content === '' && reasoning.trim() === '' && !isAsking ? <Waiting entry={entry} /> : null}
      {isInterrupted && running ? <p className={styles['note']}>{t('timeline.interrupted')}</p> : null}
      {failure ? <FaultNotice fault={failure} models={models} onRetry={retry} /> : null}
      <ReplyNotes entry={entry} />
      {running || id === undefined ? null : (
        <ReplyTools entry={entry} id={id} actions={actions} models={models} onDetails={toggleDetails} />
      )}
      {showsDetails ? <ReplyDetails entry={entry} modelName={modelName} onClose={toggleDetails} /> : null}
      <SpokenApprovals calls={running ? toolCalls : []} />
      <SpokenSentences reply={entry} isRunning={running} />
    </article>
  );
});
