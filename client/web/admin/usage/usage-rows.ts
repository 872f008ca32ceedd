/** What a usage report says, as rows of a table and of a file. */
import type { UsageGroupBy, UsageQuery } from '../generated/graphql.ts';
import { type CsvValue, toCsv } from './to-csv.ts';

export type UsageGroup = UsageQuery['usageReport']['groups'][number];

export const groupings: readonly UsageGroupBy[] = ['DAY', 'MODEL', 'USER', 'CONVERSATION'];

/** The name that people know, else the id; empty for messages that failed before a model ran. */
export const nameOf = ({ key, model, user, conversation }: UsageGroup): string =>
  model?.displayName ?? user?.email ?? conversation?.title ?? key ?? '';

const header = [
  'key',
  'name',
  'generations',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_usd',
];

/** A cost is a decimal number of any length, so it is written as the API has it. */
const rowOf = (group: UsageGroup): readonly CsvValue[] => {
  const { generations, inputTokens, cachedInputTokens, outputTokens, reasoningTokens, costUsd } = group.totals;
  return [
    group.key ?? '',
    nameOf(group),
    generations,
    inputTokens,
    cachedInputTokens,
    outputTokens,
    reasoningTokens,
    costUsd,
  ];
};

export const csvOf = (groups: readonly UsageGroup[]): string => toCsv([header, ...groups.map(rowOf)]);
