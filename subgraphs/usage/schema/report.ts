/** The usage report, for people who look at costs. */
import {
  reportUsage,
  type UsageGroup,
  type UsageGrouping,
  type UsageReport,
  type UsageTotals,
} from '../usage-report.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';
import type { addCosts } from './costs.ts';

const addTotals = ({ builder }: UsageBuilder) =>
  builder.objectRef<UsageTotals>('UsageTotals').implement({
    description: 'Sums over the ledger. Counts are whole numbers, Float because they exceed 32 bits.',
    fields: (t) => ({
      generations: t.exposeFloat('generations', { description: 'Answers and titles.' }),
      inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens of prompts, cached ones included.' }),
      cachedInputTokens: t.exposeFloat('cachedInputTokens', {
        description: 'Tokens of prompts that providers had cached.',
      }),
      outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens of answers, reasoning included.' }),
      reasoningTokens: t.exposeFloat('reasoningTokens', { description: 'Tokens of answers that were reasoning.' }),
      costUsd: t.expose('costUsd', { type: 'Decimal', description: 'US dollars, exact.' }),
    }),
  });

export const addReport = (
  usage: UsageBuilder,
  { User }: ReturnType<typeof addAccounts>,
  { Conversation, Model }: ReturnType<typeof addCosts>,
): void => {
  const { builder } = usage;
  const Totals = addTotals(usage);
  const GroupBy = builder.enumType('UsageGroupBy', {
    description: 'What a report has one group for each of.',
    values: {
      DAY: { description: 'Days, in UTC.' },
      MODEL: { description: 'Models.' },
      USER: { description: 'Users, by whose messages it was used.' },
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
        description: 'The day as YYYY-MM-DD (UTC), or the id; null for generations that failed before a model ran.',
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
        description: 'The conversation, when grouped by CONVERSATION; null in the answer when you may not read it.',
        resolve: (group) => reference(group, 'CONVERSATION'),
      }),
      totals: t.expose('totals', { type: Totals, description: 'What the group used.' }),
    }),
  });
  const Report = builder.objectRef<UsageReport>('UsageReport').implement({
    description: 'What was used in a range of time.',
    fields: (t) => ({
      groups: t.expose('groups', {
        type: [Group],
        description: 'Days in their order, everything else by cost, highest first.',
      }),
      totals: t.expose('totals', { type: Totals, description: 'Of all groups, also those past `first`.' }),
    }),
  });
  const Range = builder.inputType('UsageRangeInput', {
    description: 'A range of time, 366 days at most.',
    fields: (t) => ({
      from: t.field({ type: 'DateTime', required: true, description: 'Inclusive.' }),
      to: t.field({ type: 'DateTime', required: true, description: 'Exclusive.' }),
    }),
  });
  builder.queryField('usageReport', (t) =>
    t.field({
      type: Report,
      description:
        'What was used and what it cost. ADMIN and BILLING_ADMIN: in the whole tenant; everybody else: by themselves.',
      args: {
        range: t.arg({ type: Range, required: true, description: 'When.' }),
        groupBy: t.arg({ type: GroupBy, required: true, description: 'One group for each of these.' }),
        userId: t.arg.id({ description: "Only this user's. Somebody else's needs ADMIN or BILLING_ADMIN." }),
        first: t.arg.int({ required: true, defaultValue: 100, description: 'Groups at most, 1 to 1000.' }),
      },
      resolve: (_, { range, ...rest }, { database, identity }) =>
        reportUsage(database, identity, { ...range, ...rest }),
    }),
  );
};
