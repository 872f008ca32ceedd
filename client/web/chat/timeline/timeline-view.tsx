/** The messages of a conversation, from the end of its branch: older ones come as the reader scrolls up. */
import type { TimelineEntry } from '@parlance/react';
import { Fragment, memo, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import type { ModelOption } from '../models/model-options.ts';
import { type FollowEnd, useFollowEnd } from './follow-end.ts';
import { QuestionView } from './question-view.tsx';
import { ReplyView } from './reply-view.tsx';
import { type ShownSummary, SummaryLine } from './summary-line.tsx';
import styles from './timeline.module.css';
import type { TimelineActions } from './timeline-actions.ts';

export interface TimelineViewProps {
  readonly messages: readonly TimelineEntry[];
  readonly hasOlder: boolean;
  readonly loadOlder: () => Promise<void>;
  readonly actions: TimelineActions;
  readonly models: readonly ModelOption[];
  /** Shown behind the last message that it covers. */
  readonly summary: ShownSummary | undefined;
  /** Shown behind the last message. */
  readonly children: ReactNode;
  /** Shown below, always in view. */
  readonly dock: ReactNode;
  readonly dockClass: string | undefined;
}

interface MessageProps extends Pick<TimelineViewProps, 'actions' | 'models'> {
  readonly entry: TimelineEntry;
}

const MessageView = memo(({ entry, actions, models }: MessageProps) => (
  <div className={styles['message']}>
    {entry.role === 'USER' ? (
      <QuestionView entry={entry} actions={actions} />
    ) : (
      <ReplyView entry={entry} actions={actions} models={models} />
    )}
  </div>
));

interface OlderProps extends Pick<TimelineViewProps, 'loadOlder'> {
  readonly scroller: FollowEnd['scroller'];
}

/** Begins to load before the reader is at the beginning. */
const Older = ({ loadOlder, scroller }: OlderProps) => {
  const t = useTranslate();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void loadOlder();
      },
      { root: scroller.current, rootMargin: '1500px 0px 0px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  });
  return (
    <div ref={place} className={styles['older']}>
      {t('timeline.older')}
    </div>
  );
};

export const TimelineView = (props: TimelineViewProps) => {
  const { messages, hasOlder, loadOlder, actions, models, summary, children, dock, dockClass } = props;
  const t = useTranslate();
  const { scroller, content, isAtEnd, toEnd } = useFollowEnd(messages[0]?.key);
  // A question of the reader's own brings the end back into view.
  const lastQuestion = messages.findLast(({ role }) => role === 'USER');
  const pendingKey = lastQuestion?.isPending ? lastQuestion.key : undefined;
  useEffect(() => {
    if (pendingKey !== undefined) toEnd();
  }, [pendingKey, toEnd]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <section ref={scroller} className={styles['scroller']} tabIndex={0} aria-label={t('timeline.label')}>
        <div ref={content} className={styles['content']}>
          {hasOlder ? <Older loadOlder={loadOlder} scroller={scroller} /> : null}
          {messages.map((entry) => (
            <Fragment key={entry.key}>
              <MessageView entry={entry} actions={actions} models={models} />
              {summary?.lastMessage && summary.lastMessage.id === entry.id ? <SummaryLine summary={summary} /> : null}
            </Fragment>
          ))}
          {children}
        </div>
      </section>
      <div className={dockClass}>
        {isAtEnd ? null : (
          <div className={styles['jump']}>
            <Button icon="down" onClick={toEnd}>
              {t('timeline.toEnd')}
            </Button>
          </div>
        )}
        {dock}
      </div>
    </>
  );
};
