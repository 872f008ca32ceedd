/**
 * Reads a growing reply to a screen reader: finished sentences, as they come, in a polite live region. Invariant: each
 * sentence is read once; code is named, not read.
 */

import type { TimelineEntry } from '@parlance/react';
import { useContext, useEffect, useRef, useState } from 'react';
import hidden from '../../design/hidden.module.css';
import { useTranslate } from '../../translations/translation.ts';
import { ReadOutContext } from './read-out.ts';

/** Milliseconds between two announcements: with shorter pauses, a screen reader cuts itself short. */
const pauseMs = 1_500;
/** Milliseconds after the end of a reply at which nobody listens any more. */
const clearAfterMs = 10_000;

/** Where the last finished sentence ends. */
const sentencesEnd = (text: string, from: number): number => {
  let end = from;
  const ends = text.slice(from).matchAll(/[.!?…:]["')\]]?(?=\s)|\n/g);
  for (const { 0: mark, index } of ends) end = from + index + mark.length;
  return end;
};

/** Without the marks of Markdown. */
const plain = (markdown: string): string =>
  markdown
    .replaceAll(/!?\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)/g, '$1')
    .replaceAll(/^[ \t]*(?:[-*+>#|]+|\d+[.)])[ \t]*/gm, '')
    .replaceAll(/[*_`~|]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

interface Spoken {
  readonly end: number;
  readonly isInCode: boolean;
  readonly words: string;
}

const speak = (text: string, from: Omit<Spoken, 'words'>, end: number, code: string): Spoken => {
  let { isInCode } = from;
  const words: string[] = [];
  for (const [at, piece] of text
    .slice(from.end, end)
    .split(/^[ \t]*```.*$/m)
    .entries()) {
    if (at > 0) {
      isInCode = !isInCode;
      if (isInCode) words.push(code);
    }
    if (!isInCode) words.push(plain(piece));
  }
  return { end, isInCode, words: words.filter((word) => word !== '').join(' ') };
};

/** Whether code is open at that place. */
const isCodeAt = (text: string, end: number): boolean =>
  (text.slice(0, end).match(/^[ \t]*```/gm)?.length ?? 0) % 2 === 1;

export interface SpokenSentencesProps {
  readonly reply: TimelineEntry;
  readonly isRunning: boolean;
}

/** Render it with the reply as its key. */
export const SpokenSentences = ({ reply, isRunning }: SpokenSentencesProps) => {
  const t = useTranslate();
  const readOut = useContext(ReadOutContext);
  const newest = useRef(reply);
  const isNew = useRef(true);
  const [spoken, setSpoken] = useState<Spoken>(() => {
    const end = readOut?.beginningOf(reply) ?? reply.content.length;
    return { end, isInCode: isCodeAt(reply.content, end), words: '' };
  });
  const { end: spokenEnd } = spoken;
  useEffect(() => {
    newest.current = reply;
  }, [reply]);
  useEffect(() => readOut?.noteRead(newest.current, spokenEnd), [readOut, spokenEnd]);
  useEffect(() => {
    const next = () =>
      setSpoken((last) => {
        const whole = newest.current.content;
        const from = whole.length < last.end ? { end: 0, isInCode: false } : last;
        const end = isRunning ? sentencesEnd(whole, from.end) : whole.length;
        return end === last.end ? last : speak(whole, from, end, t('timeline.code'));
      });
    if (isRunning) {
      const timer = setInterval(next, pauseMs);
      return () => clearInterval(timer);
    }
    // What is in a region when the region appears is not read.
    const speaking = setTimeout(next, isNew.current ? pauseMs : 0);
    // A search in the page finds no text twice.
    const clearing = setTimeout(() => setSpoken((last) => ({ ...last, words: '' })), clearAfterMs);
    return () => {
      clearTimeout(speaking);
      clearTimeout(clearing);
    };
  }, [isRunning, t]);
  useEffect(() => {
    isNew.current = false;
  }, []);
  return (
    <div className={hidden['hidden']} aria-live="polite" aria-atomic="true">
      {spoken.words}
    </div>
  );
};
