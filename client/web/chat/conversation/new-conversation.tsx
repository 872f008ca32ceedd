/** A conversation that does not exist yet: it is created with its first question, whose text stays until then. */
import { isParlanceError, type ParlanceError } from '@parlance/client';
import { useStartConversation, useUploads, useViewer } from '@parlance/react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Mark } from '../../design/mark.tsx';
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
import { FaultNotice } from '../timeline/fault-notice.tsx';
import timelineStyles from '../timeline/timeline.module.css';

const nothing: readonly string[] = [];
const noModels = [] as const;
const nothingRuns = () => undefined;

export const NewConversation = () => {
  const t = useTranslate();
  const { drafts } = useDevice();
  const draft = useDraft(drafts, undefined);
  const uploads = useUploads();
  const start = useStartConversation();
  const [, navigate] = useLocation();
  const { policiesAndModels } = useModelOptions();
  const { value: viewer } = useViewer();
  const [model, setModel] = useState<string | null>(null);
  const [budgetUsd, setBudgetUsd] = useState<string | null>(null);
  const [collectionIds, setCollectionIds] = useState<string[]>([]);
  const [isSending, setSending] = useState(false);
  const [fault, setFault] = useState<ParlanceError>();

  const ask = async (text: string) => {
    setSending(true);
    setFault(undefined);
    try {
      const attachmentIds = uploads.files.flatMap(({ file }) => (file?.status === 'READY' ? [file.id] : []));
      const attached = attachmentIds.length === 0 ? {} : { attachmentIds };
      const { conversationId } = await start(
        text,
        { ...chosenEffort(), ...attached },
        { modelPolicy: model, budgetUsd, collectionIds },
      );
      uploads.take();
      draft.setText('');
      navigate(`/c/${conversationId}`);
    } catch (error) {
      if (!isParlanceError(error)) throw error;
      setFault(error);
      setSending(false);
    }
  };
  const keepBudget = async (budget: string | null) => setBudgetUsd(budget);
  const send = (text: string) => void ask(text);
  const retry = () => void ask(draft.text);
  const name = viewer?.viewer.email?.split('@', 1)[0];
  return (
    <>
      <TopBar title="" isBehind={false}>
        <ChatSettings budgetUsd={budgetUsd} setBudget={keepBudget} />
      </TopBar>
      <div className={timelineStyles['empty']}>
        <Mark size={40} />
        <h1>{name === undefined ? t('new.title') : t('new.titleFor', { name })}</h1>
        <p>{t('new.more')}</p>
      </div>
      <div className={shell['dock']}>
        {fault ? <FaultNotice fault={fault} models={noModels} onRetry={retry} /> : null}
        <Composer
          draft={draft}
          questions={nothing}
          uploads={uploads}
          isRunning={false}
          isSending={isSending}
          onSend={send}
          onStop={nothingRuns}
        >
          <ModelChoice options={policiesAndModels} chosen={model} onChoose={setModel} />
          <CollectionChoice ids={collectionIds} conversationId={undefined} onChoose={setCollectionIds} />
        </Composer>
      </div>
    </>
  );
};
