/** How the tenant is doing now: requests, spend against the budget, errors, models, open cases. */
import { formatCount, formatMoment, formatUsd } from '../../formats/format.ts';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { holdsAny, useAccess } from '../access/access.ts';
import {
  CaseOpenedDocument,
  ModelStatesChangedDocument,
  OpenCasesDocument,
  OverviewDocument,
  TenantUsageChangedDocument,
} from '../generated/graphql.ts';
import { type Figure, Figures } from '../parts/figures.tsx';
import { formatShare } from '../parts/format-figures.ts';
import { Page, Section } from '../parts/page.tsx';
import { monthToDate, today } from '../time/ranges.ts';
import { useWords } from '../translations/words.ts';
import { ModelHealthTable } from './model-health-table.tsx';
import { errorShare, failedBefore, type OverviewData } from './overview-figures.ts';

/** A day and the last minutes end, and a worker falls silent, with the clock alone. Everything else is announced. */
const everyMs = 60_000;

/** Figures of a length like that of real ones, before these are there: nothing moves when they come. */
const unread = { value: '–', more: '\u00a0' };

const useFigures = (data: OverviewData | undefined): readonly Figure[] => {
  const w = useWords();
  const language = useLanguage();
  const labels = ['requestsToday', 'requestsMonth', 'spendToday', 'spendMonth', 'errors'] as const;
  if (!data) return labels.map((label) => ({ label: w(`overview.${label}`), ...unread }));
  const { budget } = data.tenant;
  const limit = budget?.monthlyUsd ?? null;
  const failed = failedBefore(data);
  return [
    {
      label: w('overview.requestsToday'),
      value: formatCount(data.today.totals.generations, language),
      more: failed > 0 ? w('overview.failedBefore', { count: failed }) : undefined,
    },
    { label: w('overview.requestsMonth'), value: formatCount(data.month.totals.generations, language) },
    { label: w('overview.spendToday'), value: formatUsd(data.today.totals.costUsd, language) },
    {
      label: w('overview.spendMonth'),
      value: formatUsd(budget?.spentUsd ?? data.month.totals.costUsd, language),
      more:
        limit === null
          ? w('overview.noBudget')
          : w('overview.ofBudget', {
              budget: formatUsd(limit, language),
              share: formatShare(Number(budget?.spentUsd ?? 0) / Math.max(Number(limit), 1e-9), language),
            }),
    },
    { label: w('overview.errors'), value: formatShare(errorShare(data), language), more: w('overview.lastMinutes') },
  ];
};

export const OverviewPage = () => {
  const w = useWords();
  const language = useLanguage();
  const isAdmin = holdsAny(useAccess(), ['ADMIN']);
  const now = new Date();
  const variables = { today: today(now), month: monthToDate(now) };
  const overview = useRead(OverviewDocument, variables, { everyMs });
  const cases = useRead(OpenCasesDocument, {}, { isOff: !isAdmin });
  useChanges(TenantUsageChangedDocument, {}, () => void overview.refetch());
  useChanges(ModelStatesChangedDocument, {}, (change) => {
    if (change) overview.merge((shown) => ({ ...shown, models: change.modelsChanged }));
    else void overview.refetch();
  });
  useChanges(CaseOpenedDocument, {}, () => void cases.refetch(), { isOff: !isAdmin });
  const found = cases.data?.moderationCases;
  const openCases = found ? `${found.edges.length}${found.pageInfo.hasNextPage ? '+' : ''}` : unread.value;
  const { data } = overview;
  const figures = useFigures(data);
  const resetsAt = data?.tenant.budget?.resetsAt;
  return (
    <Page
      title="overview.title"
      intro={w('overview.intro', { time: resetsAt === undefined ? '…' : formatMoment(resetsAt, language) })}
      operations={[
        { document: OverviewDocument, variables },
        { document: TenantUsageChangedDocument },
        { document: ModelStatesChangedDocument },
        ...(isAdmin ? [{ document: OpenCasesDocument }, { document: CaseOpenedDocument }] : []),
      ]}
      fault={overview.fault ?? cases.fault}
      retry={overview.refetch}
    >
      <Figures figures={isAdmin ? [...figures, { label: w('overview.openCases'), value: openCases }] : figures} />
      <Section title={w('overview.models')} intro={w('overview.models.intro')}>
        <ModelHealthTable models={data?.models} />
      </Section>
    </Page>
  );
};
