/** One conversation: its messages, what was not sent, and the composer. Render it with the conversation as its key. */
import { isFinal } from '@parlance/client';
import {
  type TimelineEntry,
  type UnsentTurn,
  useConversation,
  useConversationActions,
  useSend,
  useTimeline,
  useUploads,
} from '@parlance/react';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'wouter';
import buttonStyles from '../../design/button.module.css';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { useNotify } from '../../notices/notify-context.ts';
import { NoticePage } from '../../pages/notice-page.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { CollectionChoice } from '../collections/collection-choice.tsx';
import { Composer } from '../composer/composer.tsx';
import { ModelChoice } from '../composer/model-choice.tsx';
import { useDevice } from '../device/device-context.ts';
import { chosenEffort } from '../device/sending.ts';
import { useDraft } from '../device/use-draft.ts';
import shell from '../frame/frame.module.css';
import { TopBar } from '../frame/top-bar.tsx';
import { useModelOptions } from '../models/model-options.ts';
import { ChatSettings } from '../settings/chat-settings.tsx';
import { createReadOut, type ReadOut, ReadOutContext } from '../timeline/read-out.ts';
import type { TimelineActions } from '../timeline/timeline-actions.ts';
import { TimelineView } from '../timeline/timeline-view.tsx';
import styles from './conversation.module.css';
import { UnsentTurns } from './unsent-turns.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { useTimelineActions } from './use-timeline-actions.ts';

const NotFound = () => {
  const t = useTranslate();
  return (
    <NoticePage title={t('notFound.title')} text={t('notFound.more')} isPart>
      <Link href="/" className={buttonStyles['button']} data-look="main">
        {t('list.new')}
      </Link>
    </NoticePage>
  );
};

interface LiveConversationProps {
  readonly id: string;
}

const useUnsent = (id: string, putBack: (text: string) => void) => {
  const { unsent, send, retry, dismiss } = useSend(id);
  return {
    unsent,
    send,
    resend: (turn: UnsentTurn, model?: string) => {
      if (model === undefined || turn.kind !== 'send' || turn.content === undefined) {
        void retry(turn);
        return;
      }
      dismiss(turn);
      void send(turn.content, { ...turn.settings, modelPolicy: model });
    },
    takeBack: (turn: UnsentTurn) => {
      dismiss(turn);
      putBack(turn.content ?? '');
    },
    dismiss,
  };
};

const useReadOut = (id: string, messages: readonly TimelineEntry[]): ReadOut => {
  const [readOut] = useState(() => createReadOut(id, messages));
  useEffect(() => {
    readOut.open();
    return () => readOut.close();
  }, [readOut]);
  return readOut;
};

const LiveConversation = ({ id }: LiveConversationProps) => {
  const t = useTranslate();
  const { drafts } = useDevice();
  const notify = useNotify();
  const draft = useDraft(drafts, id);
  const uploads = useUploads();
  const { conversation } = useConversation(id);
  const { update } = useConversationActions();
  useMarkRead(conversation);
  const timeline = useTimeline(id);
  const { messages, hasOlder, loadOlder, status, error } = timeline;
  const readOut = useReadOut(id, messages);
  const { unsent, send, resend, takeBack, dismiss } = useUnsent(id, draft.putBack);
  const { models, policiesAndModels } = useModelOptions();
  const actions: TimelineActions = useTimelineActions(timeline);
  const running = messages.filter((entry) => entry.role === 'ASSISTANT' && !isFinal(entry.status));
  const questions = useMemo(
    () => messages.filter(({ role }) => role === 'USER').map(({ content }) => content),
    [messages],
  );

  // From here on the text is among what is not sent yet, which is stored too.
  const ask = (text: string, onBusy: 'ENQUEUE' | 'INTERRUPT') => {
    const attachmentIds = uploads.take();
    const attached = attachmentIds.length === 0 ? {} : { attachmentIds };
    void send(text, { ...chosenEffort(), onBusy: running.length > 0 ? onBusy : 'ENQUEUE', ...attached });
    draft.setText('');
  };
  const stopAll = () => {
    for (const { id: replyId } of running) if (replyId !== undefined) actions.stop(replyId);
  };
  const chooseModel = (modelPolicy: string | null) => {
    update(id, { modelPolicy }).catch(() => notify({ words: t('model.notChanged') }));
  };
  const chooseCollections = (collectionIds: string[]) => {
    update(id, { collectionIds }).catch(() => notify({ words: t('action.failed') }));
  };
  const setBudget = (budgetUsd: string | null) => update(id, { budgetUsd });
  const composer = (
    <Composer
      draft={draft}
      questions={questions}
      uploads={uploads}
      isRunning={running.length > 0}
      onSend={ask}
      onStop={stopAll}
    >
      <ModelChoice options={policiesAndModels} chosen={conversation?.modelPolicy} onChoose={chooseModel} />
      {conversation ? (
        <CollectionChoice ids={conversation.collectionIds} conversationId={id} onChoose={chooseCollections} />
      ) : null}
    </Composer>
  );
  const refetch = () => void timeline.refetch();
  const isBehind = error !== undefined || running.some(({ isInterrupted }) => isInterrupted);
  return (
    <ReadOutContext value={readOut}>
      <TopBar title={conversation ? (conversation.title ?? t('list.untitled')) : ''} isBehind={isBehind}>
        {conversation ? <ChatSettings budgetUsd={conversation.budgetUsd} setBudget={setBudget} /> : null}
      </TopBar>
      <TimelineView
        messages={messages}
        hasOlder={hasOlder}
        loadOlder={loadOlder}
        actions={actions}
        models={models}
        summary={conversation?.summary ?? undefined}
        dock={composer}
        dockClass={shell['dock']}
      >
        {status === 'failed' && error ? (
          <div role="alert">
            <p>{describeFault(error, t).words}</p>
            <Button onClick={refetch}>{t('fault.retry')}</Button>
          </div>
        ) : null}
        <UnsentTurns turns={unsent} models={models} onRetry={resend} onEdit={takeBack} onDiscard={dismiss} />
      </TimelineView>
    </ReadOutContext>
  );
};

export const ConversationPage = ({ id }: LiveConversationProps) => {
  const t = useTranslate();
  const { status, messages } = useTimeline(id);
  if (status === 'missing') return <NotFound />;
  // A conversation that was begun on this page has its question before it is read.
  if (status === 'loading' && messages.length === 0) {
    return (
      <>
        <TopBar title="" isBehind={false} />
        <output className={styles['loading']} aria-label={t('loading')} />
      </>
    );
  }
  return <LiveConversation id={id} />;
};
