/** The catalogue: how each model does, what it costs, and, for the operator, the way to change it. */
import { useState } from 'react';
import { Button } from '../../design/button.tsx';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { holdsAny, useAccess } from '../access/access.ts';
import {
  CatalogueChangedDocument,
  CatalogueDocument,
  type ModelRowFragment,
  SetModelEnabledDocument,
  SetPriceDocument,
  UpsertModelDocument,
} from '../generated/graphql.ts';
import { CircuitBadge } from '../parts/circuit-badge.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Badge } from '../parts/figures.tsx';
import { formatMs, formatPrice, formatShare } from '../parts/format-figures.ts';
import { Page, Section } from '../parts/page.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';
import { ModelDialog } from './model-dialog.tsx';
import { ModelForm } from './model-form.tsx';

/** Figures grow old, and a worker falls silent, with the clock alone. Everything else is announced. */
const everyMs = 60_000;

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly open: (model: ModelRowFragment) => void;
}

const columnsIn = ({ w, language, open }: Given): readonly Column<ModelRowFragment>[] => [
  {
    id: 'model',
    title: w('models.model'),
    sortBy: ({ displayName }) => displayName,
    cell: ({ displayName, id }) => (
      <>
        {displayName}
        <small>{id}</small>
      </>
    ),
  },
  {
    id: 'state',
    title: w('models.state'),
    sortBy: ({ enabled, health }) => `${enabled ? 0 : 1}${health.state}`,
    cell: ({ enabled, health, liveWorkers }) =>
      enabled ? <CircuitBadge state={health.state} liveWorkers={liveWorkers} /> : <Badge>{w('disabled')}</Badge>,
  },
  {
    id: 'workers',
    title: w('models.workers'),
    isNumber: true,
    sortBy: ({ liveWorkers }) => liveWorkers,
    cell: ({ liveWorkers }) => liveWorkers,
  },
  {
    id: 'first',
    title: w('models.firstToken'),
    isNumber: true,
    sortBy: ({ health }) => health.firstTokenP50Ms ?? -1,
    cell: ({ health }) =>
      `${formatMs(health.firstTokenP50Ms, language)} / ${formatMs(health.firstTokenP95Ms, language)}`,
  },
  {
    id: 'errors',
    title: w('models.errors'),
    isNumber: true,
    sortBy: ({ health }) => health.errorRate ?? -1,
    cell: ({ health }) => formatShare(health.errorRate, language),
  },
  {
    id: 'price',
    title: w('models.price'),
    isNumber: true,
    sortBy: ({ price }) => Number(price.output),
    cell: ({ price }) => `${formatPrice(price.input, language)} / ${formatPrice(price.output, language)}`,
  },
  {
    id: 'details',
    title: w('actions'),
    cell: (model) => (
      <Button aria-label={w('models.detailsOf', { name: model.displayName })} onClick={() => open(model)}>
        {w('models.details')}
      </Button>
    ),
  },
];

export const ModelsPage = () => {
  const w = useWords();
  const language = useLanguage();
  const access = useAccess();
  const isOperator = holdsAny(access, ['models:write']);
  const { data, fault, refetch, merge } = useRead(CatalogueDocument, {}, { everyMs });
  useChanges(CatalogueChangedDocument, {}, (change) => {
    if (change) merge(() => ({ models: change.modelsChanged }));
    else void refetch();
  });
  const [openId, setOpenId] = useState<string>();
  const chosen = data?.models.find(({ id }) => id === openId);
  const open = ({ id }: ModelRowFragment) => setOpenId(id);
  const close = () => setOpenId(undefined);
  const changes = [SetModelEnabledDocument, SetPriceDocument, UpsertModelDocument].map((document) => ({ document }));
  return (
    <Page
      title="models.title"
      intro={w('models.intro')}
      operations={[{ document: CatalogueDocument }, { document: CatalogueChangedDocument }, ...changes]}
      fault={fault}
      retry={refetch}
    >
      {isOperator ? null : <p className={styles['notice']}>{w('models.readOnly')}</p>}
      <DataTable
        caption={w('models.title')}
        columns={columnsIn({ w, language, open })}
        rows={data?.models}
        keyOf={({ id }) => id}
        none={w('models.none')}
      />
      {isOperator && data ? (
        <Section title={w('models.upsert')} intro={w('models.upsert.intro')}>
          <ModelForm onChanged={refetch} />
        </Section>
      ) : null}
      {chosen ? <ModelDialog model={chosen} isOperator={isOperator} onChanged={refetch} onClose={close} /> : null}
    </Page>
  );
};
