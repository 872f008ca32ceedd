/**
 * What a model showed of its thinking, folded above the reply. Invariants: it is rendered only while it is unfolded,
 * because it may be much longer than the reply; it is in no live region, so a screen reader reads it only on request.
 */
import type { TimelineEntry } from '@parlance/react';
import { memo, useEffect, useRef, useState } from 'react';
import { formatSeconds } from '../../formats/format.ts';
import { Markdown } from '../../markdown/markdown.tsx';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './thinking.module.css';

interface ThinkingViewProps {
  readonly reasoning: TimelineEntry['reasoning'];
  /** No text of the reply has come, and some may come. */
  readonly isThinking: boolean;
}

/** Seconds of thinking; undefined while it goes on, and where its beginning was not seen here. */
const useThinkingTime = (hasBegun: boolean, isThinking: boolean): number | undefined => {
  const wasSeenBefore = useRef(!hasBegun);
  const beganAt = useRef<number | undefined>(undefined);
  const [seconds, setSeconds] = useState<number | undefined>(undefined);
  useEffect(() => {
    if (!hasBegun) wasSeenBefore.current = true;
    beganAt.current = hasBegun && wasSeenBefore.current ? performance.now() : undefined;
  }, [hasBegun]);
  useEffect(() => {
    if (isThinking || beganAt.current === undefined) setSeconds(undefined);
    else setSeconds(Math.max(1, Math.round((performance.now() - beganAt.current) / 1_000)));
  }, [isThinking]);
  return seconds;
};

/** Render it from the beginning of the reply on: it measures how long the model thinks. */
export const ThinkingView = memo(({ reasoning, isThinking }: ThinkingViewProps) => {
  const t = useTranslate();
  const language = useLanguage();
  const [isOpen, setIsOpen] = useState(false);
  const hasBegun = reasoning.trim() !== '';
  const seconds = useThinkingTime(hasBegun, isThinking);
  if (!hasBegun) return null;
  const ended =
    seconds === undefined ? t('thinking.ended') : t('thinking.took', { time: formatSeconds(seconds, language) });
  return (
    <details
      className={styles['thinking']}
      data-thinking={isThinking}
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
    >
      <summary>{isThinking ? t('thinking.growing') : ended}</summary>
      {isOpen ? <Markdown text={reasoning} isGrowing={isThinking} /> : null}
    </details>
  );
});
