/** The groups of a usage report. */
import { formatCount, formatUsd } from '../../formats/format.ts';
import { useLanguage } from '../../translations/translation.ts';
import type { UsageGroupBy } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { useWords, type Words } from '../translations/words.ts';
import { nameOf, type UsageGroup } from './usage-rows.ts';

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly groupBy: UsageGroupBy;
}

const columnsIn = ({ w, language, groupBy }: Given): readonly Column<UsageGroup>[] => {
  const count = (id: string, title: string, of: (group: UsageGroup) => number): Column<UsageGroup> => ({
    id,
    title,
    isNumber: true,
    cell: (group) => formatCount(of(group), language),
    sortBy: of,
  });
  return [
    {
      id: 'name',
      title: w(`usage.by.${groupBy}`),
      cell: (group) => nameOf(group) || w('usage.noModel'),
      sortBy: nameOf,
    },
    count('generations', w('usage.generations'), ({ totals }) => totals.generations),
    count('input', w('usage.input'), ({ totals }) => totals.inputTokens),
    count('cached', w('usage.cached'), ({ totals }) => totals.cachedInputTokens),
    count('output', w('usage.output'), ({ totals }) => totals.outputTokens),
    {
      id: 'cost',
      title: w('usage.cost'),
      isNumber: true,
      cell: ({ totals }) => formatUsd(totals.costUsd, language),
      sortBy: ({ totals }) => Number(totals.costUsd),
    },
  ];
};

export interface UsageTableProps {
  readonly groupBy: UsageGroupBy;
  readonly groups: readonly UsageGroup[] | undefined;
}

export const UsageTable = ({ groupBy, groups }: UsageTableProps) => {
  const w = useWords();
  const language = useLanguage();
  return (
    <DataTable
      caption={w('usage.title')}
      columns={columnsIn({ w, language, groupBy })}
      rows={groups}
      keyOf={({ key }) => key ?? ''}
      none={w('usage.none')}
    />
  );
};
