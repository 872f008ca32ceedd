/** The actions of a timeline's messages, as one object for as long as the conversation is shown. */
import { isParlanceError, type ParlanceFault } from '@parlance/client';
import type { LiveTimeline } from '@parlance/react';
import { useEffect, useMemo, useRef } from 'react';
import { useNotify } from '../../notices/notify-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { chosenEffort } from '../device/sending.ts';
import type { TimelineActions } from '../timeline/timeline-actions.ts';

export const useTimelineActions = ({ select, stop, decide, regenerate, edit }: LiveTimeline): TimelineActions => {
  const t = useTranslate();
  const notify = useNotify();
  const newest = useRef({ t, notify });
  useEffect(() => {
    newest.current = { t, notify };
  }, [t, notify]);
  return useMemo(() => {
    const sayFailed = () => newest.current.notify({ words: newest.current.t('action.failed') });
    return {
      select: (messageId) => void select(messageId).catch(sayFailed),
      stop: (messageId) => void stop(messageId).catch(sayFailed),
      decide: async (decision): Promise<ParlanceFault | undefined> => {
        try {
          await decide(decision);
          return undefined;
        } catch (error) {
          if (!isParlanceError(error)) throw error;
          return error;
        }
      },
      regenerate: (messageId, model) =>
        void regenerate(messageId, {
          ...chosenEffort(),
          onBusy: 'ENQUEUE',
          ...(model === undefined ? {} : { modelPolicy: model }),
        }),
      edit: async (messageId, content): Promise<ParlanceFault | undefined> => {
        const outcome = await edit(messageId, content, { ...chosenEffort(), onBusy: 'INTERRUPT' });
        return outcome.kind === 'refused' ? outcome.error : undefined;
      },
    };
  }, [select, stop, decide, regenerate, edit]);
};
