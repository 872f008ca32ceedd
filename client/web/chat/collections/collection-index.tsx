/**
 * How a collection is indexed, for those who may change it: its model, what else could embed it, and how far a change
 * of the model is. Until that is done, searches use the former model.
 */
import { type CollectionIndexQuery, ReindexCollectionDocument } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ChangeEvent, type ToggleEvent, useId, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { useTranslate } from '../../translations/translation.ts';
import listing from '../listing/listing.module.css';
import { useAttempt } from '../transfer/use-attempt.ts';
import styles from './collections.module.css';

type Index = NonNullable<CollectionIndexQuery['collection']>;

export interface CollectionIndexProps {
  readonly index: Index;
  /** Those that the server has; the first one is that of new collections. */
  readonly models: readonly string[];
  readonly refetch: () => Promise<void>;
}

interface ProgressProps {
  readonly index: Index;
  readonly isBusy: boolean;
  readonly onStop: () => void;
}

const ReindexProgress = ({ index, isBusy, onStop }: ProgressProps) => {
  const t = useTranslate();
  const { nextEmbeddingModel, nextEmbeddedCount, documentCount } = index;
  const done = nextEmbeddedCount ?? 0;
  const words = t('index.progress', { done, count: documentCount, model: nextEmbeddingModel ?? '' });
  return (
    <div className={styles['indexProgress']}>
      <p>{words}</p>
      <progress max={Math.max(1, documentCount)} value={done} aria-label={words} />
      <p className={listing['facts']}>{t('index.meanwhile')}</p>
      <Button disabled={isBusy} onClick={onStop}>
        {t('index.stop')}
      </Button>
    </div>
  );
};

interface ModelChoiceProps extends Pick<CollectionIndexProps, 'models'> {
  readonly current: string;
  readonly isBusy: boolean;
  readonly onReindex: (model: string) => void;
}

const ModelChoice = ({ models, current, isBusy, onReindex }: ModelChoiceProps) => {
  const t = useTranslate();
  const id = useId();
  const [chosen, setChosen] = useState(current);
  const others = models.filter((model) => model !== current);
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) => setChosen(target.value);
  const begin = () => onReindex(chosen);
  return (
    <>
      {others.length === 0 ? (
        <p className={listing['facts']}>{t('index.onlyOne')}</p>
      ) : (
        <p className={styles['entry']}>
          <label htmlFor={id}>{t('index.choose')}</label>
          <select id={id} value={chosen} onChange={choose}>
            {[current, ...others].map((model) => (
              <option key={model} value={model}>
                {model}
              </option>
            ))}
          </select>
        </p>
      )}
      <p className={listing['facts']}>{t(chosen === current ? 'index.retryMore' : 'index.beginMore')}</p>
      <Button icon="again" disabled={isBusy} onClick={begin}>
        {t(chosen === current ? 'index.retry' : 'index.begin')}
      </Button>
    </>
  );
};

export const CollectionIndex = ({ index, models, refetch }: CollectionIndexProps) => {
  const t = useTranslate();
  const client = useParlance();
  const [attempt, fault, isBusy] = useAttempt();
  const [isOpen, setOpen] = useState(false);
  const [hasBegun, setBegun] = useState(false);
  const { id, embeddingModel, embeddingDimensions, nextEmbeddingModel } = index;
  const isRunning = nextEmbeddingModel !== null;
  const toggle = ({ currentTarget }: ToggleEvent<HTMLDetailsElement>) => setOpen(currentTarget.open);
  const reindex = async (model: string) => {
    // Without a model, the one that it has stays, though the server may not have it any more.
    const next = model === embeddingModel ? null : model;
    const begun = await attempt(() => client.mutate(ReindexCollectionDocument, { id, embeddingModel: next }));
    setBegun(begun !== undefined && !isRunning);
    await refetch();
  };
  // With the model that it has, the change to another one ends.
  const stop = () => void reindex(embeddingModel);
  return (
    <details className={styles['index']} open={isOpen || isRunning} onToggle={toggle}>
      <summary>{t('index.title')}</summary>
      <p>
        {embeddingDimensions === null
          ? t('index.words', { model: embeddingModel })
          : t('index.model', { model: embeddingModel, count: embeddingDimensions })}
      </p>
      {models.includes(embeddingModel) ? null : <p role="alert">{t('index.gone')}</p>}
      {isRunning ? (
        <ReindexProgress index={index} isBusy={isBusy} onStop={stop} />
      ) : (
        <ModelChoice
          key={embeddingModel}
          models={models}
          current={embeddingModel}
          isBusy={isBusy}
          onReindex={(model) => void reindex(model)}
        />
      )}
      {fault ? <p role="alert">{wordsOfRefusal(fault, t)}</p> : null}
      <p role="status" className={listing['facts']}>
        {hasBegun && !isRunning ? t('index.done') : ''}
      </p>
    </details>
  );
};
