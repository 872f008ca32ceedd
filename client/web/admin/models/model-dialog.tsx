/** One model: its terms, its prices in time, and, for the operator, the switch and the next price. */
import { useParlance } from '@parlance/react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { formatCount, formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import { type ModelRowFragment, type PriceStateFragment, SetModelEnabledDocument } from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge, Figures } from '../parts/figures.tsx';
import { formatMs, formatPrice } from '../parts/format-figures.ts';
import { Section } from '../parts/page.tsx';
import { PageDialog } from '../parts/page-dialog.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';
import { PriceForm } from './price-form.tsx';

export interface ModelDialogProps {
  readonly model: ModelRowFragment;
  readonly isOperator: boolean;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

interface Given {
  readonly w: Words;
  readonly language: string;
  /** When the price in force took effect. */
  readonly inForce: string;
}

const priceColumns = ({ w, language, inForce }: Given): readonly Column<PriceStateFragment>[] => [
  {
    id: 'from',
    title: w('models.priceFrom'),
    sortBy: ({ effectiveFrom }) => effectiveFrom,
    cell: ({ effectiveFrom }) => (
      <>
        {formatMoment(effectiveFrom, language)}{' '}
        {effectiveFrom === inForce ? <Badge tone="good">{w('models.inForce')}</Badge> : null}
        {effectiveFrom > inForce ? <Badge tone="warning">{w('models.scheduled')}</Badge> : null}
      </>
    ),
  },
  { id: 'input', title: w('models.input'), isNumber: true, cell: ({ input }) => formatPrice(input, language) },
  {
    id: 'cached',
    title: w('models.cached'),
    isNumber: true,
    cell: ({ cachedInput }) => formatPrice(cachedInput, language),
  },
  {
    id: 'cacheWrite',
    title: w('models.cacheWrite'),
    isNumber: true,
    cell: ({ cacheWrite }) => formatPrice(cacheWrite, language),
  },
  { id: 'output', title: w('models.output'), isNumber: true, cell: ({ output }) => formatPrice(output, language) },
];

const Switch = ({ model, onChanged }: Pick<ModelDialogProps, 'model' | 'onChanged'>) => {
  const w = useWords();
  const client = useParlance();
  const { isRunning, fault, run } = useAction();
  const { id, displayName: name, enabled } = model;
  const set = (next: boolean) =>
    void run(
      async () => {
        await client.mutate(SetModelEnabledDocument, { id, enabled: next });
        await onChanged();
      },
      w(next ? 'models.wasEnabled' : 'models.wasDisabled', { name }),
    );
  return (
    <ButtonRow>
      {enabled ? (
        <ConfirmButton
          label={w('models.disable')}
          question={w('models.disableSure', { name })}
          consequence={w('models.disableMore')}
          isDisabled={isRunning}
          act={() => set(false)}
        />
      ) : (
        <Button disabled={isRunning} onClick={() => set(true)}>
          {w('models.enable')}
        </Button>
      )}
      <FaultView fault={fault} />
    </ButtonRow>
  );
};

export const ModelDialog = ({ model, isOperator, onChanged, onClose }: ModelDialogProps) => {
  const w = useWords();
  const t = useTranslate();
  const language = useLanguage();
  const { health, price } = model;
  const terms = [
    { label: w('models.window'), value: formatCount(model.contextWindow, language) },
    { label: w('models.longest'), value: formatCount(model.maxOutputTokens, language) },
    { label: w('models.queueWait'), value: formatMs(health.queueWaitP50Ms, language) },
    {
      label: w('models.speed'),
      value: health.tokensPerSecond === null ? '–' : formatCount(Math.round(health.tokensPerSecond), language),
    },
  ];
  const more = [model.provider.displayName, model.pool, ...model.tiers, ...model.capabilities].join(' · ');
  return (
    <PageDialog title={model.displayName} closeLabel={t('close')} wide onClose={onClose}>
      <div className={styles['parts']}>
        <p className={styles['intro']}>{more}</p>
        <Figures figures={terms} />
        {isOperator ? <Switch model={model} onChanged={onChanged} /> : null}
        <Section title={w('models.prices')} intro={w('models.prices.intro')}>
          <DataTable
            caption={w('models.prices')}
            columns={priceColumns({ w, language, inForce: price.effectiveFrom })}
            rows={model.prices}
            keyOf={({ effectiveFrom }) => effectiveFrom}
            none={w('models.noPrice')}
          />
          {isOperator ? (
            <PriceForm model={model} onChanged={onChanged} />
          ) : (
            <p className={styles['notice']}>{w('models.readOnly')}</p>
          )}
        </Section>
      </div>
    </PageDialog>
  );
};
