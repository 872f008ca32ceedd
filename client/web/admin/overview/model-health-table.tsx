/** The models as they did in the last minutes. */
import { useLanguage } from '../../translations/translation.ts';
import type { OverviewQuery } from '../generated/graphql.ts';
import { CircuitBadge } from '../parts/circuit-badge.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { formatMs, formatShare } from '../parts/format-figures.ts';
import { useWords, type Words } from '../translations/words.ts';

type Model = OverviewQuery['models'][number];

const columnsIn = (w: Words, language: string): readonly Column<Model>[] => [
  {
    id: 'model',
    title: w('models.model'),
    cell: ({ displayName }) => displayName,
    sortBy: (model) => model.displayName,
  },
  {
    id: 'state',
    title: w('models.state'),
    cell: ({ health, liveWorkers }) => <CircuitBadge state={health.state} liveWorkers={liveWorkers} />,
  },
  {
    id: 'p50',
    title: w('models.p50'),
    isNumber: true,
    cell: ({ health }) => formatMs(health.firstTokenP50Ms, language),
    sortBy: ({ health }) => health.firstTokenP50Ms ?? -1,
  },
  {
    id: 'p95',
    title: w('models.p95'),
    isNumber: true,
    cell: ({ health }) => formatMs(health.firstTokenP95Ms, language),
    sortBy: ({ health }) => health.firstTokenP95Ms ?? -1,
  },
  {
    id: 'queue',
    title: w('models.queueWait'),
    isNumber: true,
    cell: ({ health }) => formatMs(health.queueWaitP50Ms, language),
    sortBy: ({ health }) => health.queueWaitP50Ms ?? -1,
  },
  {
    id: 'errors',
    title: w('models.errors'),
    isNumber: true,
    cell: ({ health }) => formatShare(health.errorRate, language),
    sortBy: ({ health }) => health.errorRate ?? -1,
  },
  {
    id: 'workers',
    title: w('models.workers'),
    isNumber: true,
    cell: ({ liveWorkers }) => liveWorkers,
    sortBy: ({ liveWorkers }) => liveWorkers,
  },
];

export const ModelHealthTable = ({ models }: { readonly models: readonly Model[] | undefined }) => {
  const w = useWords();
  const language = useLanguage();
  return (
    <DataTable
      caption={w('overview.models')}
      columns={columnsIn(w, language)}
      rows={models?.filter(({ enabled }) => enabled)}
      keyOf={({ id }) => id}
      none={w('models.none')}
    />
  );
};
