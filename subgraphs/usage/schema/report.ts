/** The usage report, by which people control costs. */
import type { ReuseLever } from '#contracts/reuse.ts';
import {
  reportUsage,
  type UsageGroup,
  type UsageGrouping,
  type UsageReport,
  type UsageTotals,
} from '../reports/report-usage.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';
import type { addCosts } from './costs.ts';

interface Saving {
  readonly lever: ReuseLever;
  readonly lookups: number;
  readonly hits: number;
  readonly savedUsd: string;
}

/** In the order in which caches are asked. */
const savingsOf = (totals: UsageTotals): Saving[] => [
  {
    lever: 'REQUEST_CACHE',
    lookups: totals.requestLookups,
    hits: totals.requestHits,
    savedUsd: totals.requestSavedUsd,
  },
  {
    lever: 'SEMANTIC_CACHE',
    lookups: totals.semanticLookups,
    hits: totals.semanticHits,
    savedUsd: totals.semanticSavedUsd,
  },
];

const addSaving = ({ builder }: UsageBuilder) => {
  const lever = builder.enumType('SavingLever', {
    description: 'A way to spend less.',
    values: {
      REQUEST_CACHE: { description: 'Replies to equal requests are served again.' },
      SEMANTIC_CACHE: { description: 'Replies to questions of the same meaning are served again.' },
    } satisfies Record<ReuseLever, object>,
  });
  return builder.objectRef<Saving>('UsageSaving').implement({
    description: 'What one lever has saved.',
    fields: (t) => ({
      lever: t.field({ type: lever, description: 'The lever.', resolve: (saving) => saving.lever }),
      lookups: t.exposeFloat('lookups', { description: 'Replies that the cache was asked for.' }),
      hits: t.exposeFloat('hits', { description: 'Replies that it served.' }),
      savedUsd: t.expose('savedUsd', {
        type: 'Decimal',
        description: 'US dollars, exact, that these replies cost when a model wrote them.',
      }),
    }),
  });
};

const addTotals = (usage: UsageBuilder) => {
  const Saving = addSaving(usage);
  return usage.builder.objectRef<UsageTotals>('UsageTotals').implement({
    description: 'Sums over the ledger. Counts are whole numbers; they are Float because they exceed 32 bits.',
    fields: (t) => ({
      generations: t.exposeFloat('generations', { description: 'Number of replies, titles and summaries.' }),
      inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens of prompts, including cached ones.' }),
      cachedInputTokens: t.exposeFloat('cachedInputTokens', {
        description: 'Tokens of prompts that were in the caches of providers.',
      }),
      cacheWriteTokens: t.exposeFloat('cacheWriteTokens', {
        description: 'Tokens of prompts that providers wrote to their caches.',
      }),
      outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens of replies, including reasoning.' }),
      reasoningTokens: t.exposeFloat('reasoningTokens', { description: 'Tokens of replies that were reasoning.' }),
      costUsd: t.expose('costUsd', { type: 'Decimal', description: 'US dollars, exact.' }),
      savedUsd: t.expose('savedUsd', {
        type: 'Decimal',
        description: 'US dollars, exact, that were saved: the sum of all levers.',
      }),
      embeddingUsd: t.expose('embeddingUsd', {
        type: 'Decimal',
        description: 'The part of costUsd that embedding documents cost.',
      }),
      storageUsd: t.expose('storageUsd', {
        type: 'Decimal',
        description: 'The part of costUsd that keeping files costs.',
      }),
      storedByteDays: t.exposeFloat('storedByteDays', {
        description:
          'Bytes of files, each counted once for every day on which it was kept. Divided by the days of the range, it is the average.',
      }),
      savings: t.field({
        type: [Saving],
        description: 'What each lever has saved.',
        resolve: (totals) => savingsOf(totals),
      }),
    }),
  });
};

type Accounts = ReturnType<typeof addAccounts>;
type Costs = ReturnType<typeof addCosts>;

const addReportType = (usage: UsageBuilder, { User }: Accounts, { Conversation, Model }: Costs) => {
  const { builder } = usage;
  const Totals = addTotals(usage);
  const GroupBy = builder.enumType('UsageGroupBy', {
    description: 'What a report is grouped by.',
    values: {
      DAY: { description: 'Days, in UTC.' },
      MODEL: { description: 'Models.' },
      USER: { description: 'Users who sent the messages.' },
      CONVERSATION: { description: 'Conversations.' },
    } satisfies Record<UsageGrouping, object>,
  });
  const reference = (group: UsageGroup, groupBy: UsageGroup['groupBy']) =>
    group.groupBy === groupBy && group.key !== null ? { id: group.key } : null;
  const Group = builder.objectRef<UsageGroup>('UsageGroup').implement({
    description: 'One group of a report.',
    fields: (t) => ({
      key: t.exposeString('key', {
        nullable: true,
        description:
          'The day as YYYY-MM-DD (UTC), or the id; null for what belongs to no model or no conversation: generations that failed before a model ran, embedded documents, and files that are kept.',
      }),
      model: t.field({
        type: Model,
        nullable: true,
        description: 'The model, when grouped by MODEL.',
        resolve: (group) => reference(group, 'MODEL'),
      }),
      user: t.field({
        type: User,
        nullable: true,
        description: 'The user, when grouped by USER.',
        resolve: (group, _, { users }) =>
          group.groupBy === 'USER' && group.key !== null ? users.load(group.key) : null,
      }),
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation, when grouped by CONVERSATION; null in the result if you may not read it.',
        resolve: (group) => reference(group, 'CONVERSATION'),
      }),
      totals: t.expose('totals', { type: Totals, description: 'What the group used.' }),
    }),
  });
  const Report = builder.objectRef<UsageReport>('UsageReport').implement({
    description: 'Usage in a range of time.',
    fields: (t) => ({
      groups: t.expose('groups', {
        type: [Group],
        description: 'Days in their order, other groups by cost, highest first.',
      }),
      totals: t.expose('totals', {
        type: Totals,
        description: 'The sums of all groups, including those beyond `first`.',
      }),
    }),
  });
  return { GroupBy, Report };
};

export const addReport = (usage: UsageBuilder, accounts: Accounts, costs: Costs): void => {
  const { builder } = usage;
  const { GroupBy, Report } = addReportType(usage, accounts, costs);
  const Range = builder.inputType('UsageRangeInput', {
    description: 'A range of time of at most 366 days.',
    fields: (t) => ({
      from: t.field({ type: 'DateTime', required: true, description: 'Inclusive.' }),
      to: t.field({ type: 'DateTime', required: true, description: 'Exclusive.' }),
    }),
  });
  builder.queryField('usageReport', (t) =>
    t.field({
      type: Report,
      description:
        'What was used and what it cost: for ADMIN and BILLING_ADMIN in the whole tenant, otherwise by yourself.',
      args: {
        range: t.arg({ type: Range, required: true, description: 'The range of time.' }),
        groupBy: t.arg({ type: GroupBy, required: true, description: 'What to group by.' }),
        userId: t.arg.id({
          description: 'Restricts the report to this user. Another user requires ADMIN or BILLING_ADMIN.',
        }),
        first: t.arg.int({ required: true, defaultValue: 100, description: 'Most groups to return, 1 to 1000.' }),
      },
      resolve: (_, { range, ...rest }, { database, identity }) =>
        reportUsage(database, identity, { ...range, ...rest }),
    }),
  );
};
