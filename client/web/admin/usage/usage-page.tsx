/** What was used and what it cost, by day, model, user or conversation, as a chart, a table and a file. */
import { type ChangeEvent, lazy, Suspense, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { formatCount, formatUsd } from '../../formats/format.ts';
import { ErrorBoundary } from '../../pages/error-boundary.tsx';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { TenantUsageChangedDocument, UsageDocument, type UsageGroupBy } from '../generated/graphql.ts';
import { Figures } from '../parts/figures.tsx';
import { Select, TextField } from '../parts/form.tsx';
import { Page } from '../parts/page.tsx';
import styles from '../parts/parts.module.css';
import { daysOf, lastDays, type Range, rangeOfDays } from '../time/ranges.ts';
import { useWords } from '../translations/words.ts';
import { saveFile } from './save-file.ts';
import { csvOf, groupings, type UsageGroup } from './usage-rows.ts';
import { UsageTable } from './usage-table.tsx';

/** Before the figures are there: nothing moves when they come. */
const unread = '–';

const DayChart = lazy(async () => ({ default: (await import('./day-chart.tsx')).DayChart }));

/** Of a report: the days of the longest range, and what the gateway lets one operation cost. */
const mostRows = 400;
const dayMs = 86_400_000;
const mostDays = 366;

interface ControlsProps {
  readonly days: readonly [string, string];
  readonly groupBy: UsageGroupBy;
  readonly onDays: (days: readonly [string, string]) => void;
  readonly onGroupBy: (groupBy: UsageGroupBy) => void;
  readonly save: (() => void) | undefined;
}

const Controls = ({ days: [first, last], groupBy, onDays, onGroupBy, save }: ControlsProps) => {
  const w = useWords();
  const changeFirst = ({ target }: ChangeEvent<HTMLInputElement>) => onDays([target.value, last]);
  const changeLast = ({ target }: ChangeEvent<HTMLInputElement>) => onDays([first, target.value]);
  const changeGroup = ({ target }: ChangeEvent<HTMLSelectElement>) =>
    onGroupBy(groupings.find((grouping) => grouping === target.value) ?? 'DAY');
  const choices = groupings.map((value) => ({ value, label: w(`usage.by.${value}`) }));
  return (
    <div className={styles['bar']}>
      <TextField label={w('usage.from')} type="date" value={first} onChange={changeFirst} />
      <TextField label={w('usage.to')} type="date" value={last} onChange={changeLast} />
      <Select label={w('usage.groupBy')} choices={choices} value={groupBy} onChange={changeGroup} />
      <Button icon="down" disabled={save === undefined} onClick={save}>
        {w('usage.csv')}
      </Button>
    </div>
  );
};

/** Every day of the range, so that those without a request are seen as such. */
const chartOf = (groups: readonly UsageGroup[], { from, to }: Range) => {
  const costs = new Map(groups.map(({ key, totals }) => [key, Number(totals.costUsd)]));
  const first = Date.parse(from);
  return Array.from({ length: Math.round((Date.parse(to) - first) / dayMs) }, (_, index) => {
    const day = new Date(first + index * dayMs).toISOString().slice(0, 10);
    return { day, value: costs.get(day) ?? 0 };
  });
};

export const UsagePage = () => {
  const w = useWords();
  const language = useLanguage();
  const [days, setDays] = useState(() => daysOf(lastDays(new Date(), 30)));
  const [groupBy, setGroupBy] = useState<UsageGroupBy>('DAY');
  const chosen = rangeOfDays(...days);
  const isTooLong = chosen !== undefined && Date.parse(chosen.to) - Date.parse(chosen.from) > mostDays * dayMs;
  const range = chosen && !isTooLong ? chosen : lastDays(new Date(), 30);
  const variables = { range, groupBy, first: mostRows };
  const isOff = chosen === undefined || isTooLong;
  const { data, fault, refetch } = useRead(UsageDocument, variables, { isOff });
  useChanges(TenantUsageChangedDocument, {}, () => void refetch(), { isOff });
  const groups = isOff ? undefined : data?.usageReport.groups;
  const totals = isOff ? undefined : data?.usageReport.totals;
  const countOf = (count: number | undefined) => (count === undefined ? unread : formatCount(count, language));
  const save =
    groups && (() => saveFile(`usage-${groupBy.toLowerCase()}-${days.join('-')}.csv`, csvOf(groups), 'text/csv'));
  return (
    <Page
      title="usage.title"
      intro={w('usage.intro')}
      operations={[{ document: UsageDocument, variables }, { document: TenantUsageChangedDocument }]}
      fault={fault}
      retry={refetch}
    >
      <Controls days={days} groupBy={groupBy} onDays={setDays} onGroupBy={setGroupBy} save={save} />
      {isOff ? <p role="alert">{w(isTooLong ? 'usage.tooLong' : 'usage.noRange')}</p> : null}
      {isOff ? null : (
        <Figures
          figures={[
            { label: w('usage.cost'), value: totals ? formatUsd(totals.costUsd, language) : unread },
            { label: w('usage.generations'), value: countOf(totals?.generations) },
            { label: w('usage.input'), value: countOf(totals?.inputTokens) },
            { label: w('usage.output'), value: countOf(totals?.outputTokens) },
            { label: w('usage.embedding'), value: totals ? formatUsd(totals.embeddingUsd, language) : unread },
            { label: w('usage.storage'), value: totals ? formatUsd(totals.storageUsd, language) : unread },
          ]}
        />
      )}
      {groupBy === 'DAY' && !isOff && groups?.length !== 0 ? (
        <ErrorBoundary fallback={null}>
          <Suspense fallback={<div className={styles['chart']} />}>
            {groups ? <DayChart points={chartOf(groups, range)} /> : <div className={styles['chart']} />}
          </Suspense>
        </ErrorBoundary>
      ) : null}
      {groups && groups.length === mostRows ? <p className={styles['notice']}>{w('usage.cut')}</p> : null}
      {isOff ? null : <UsageTable groupBy={groupBy} groups={groups} />}
    </Page>
  );
};
