/** Tenant and User: the account and who acts for it, with their quotas. */
import { requireTenant, requireViewer } from '../accounts.ts';
import { type Tenant as TenantRow, UserEntity, type User as UserRow } from '../entities.ts';
import { pageById } from '../page-by-id.ts';
import { type BudgetState, loadBudget, type QuotaState, type QuotaWindow } from '../quota.ts';
import type { UsageBuilder } from './builder.ts';

const addQuota = ({ builder }: UsageBuilder) => {
  const Window = builder.objectRef<QuotaWindow>('QuotaWindow').implement({
    description:
      'Tokens of input and output in one window of time. Counts are whole numbers, Float because they exceed 32 bits.',
    fields: (t) => ({
      limitTokens: t.exposeFloat('limitTokens', { description: 'Tokens that the window allows.' }),
      usedTokens: t.exposeFloat('usedTokens', {
        description: 'Tokens used, or reserved for generations that still run.',
      }),
      remainingTokens: t.float({
        description: 'Tokens that are left.',
        resolve: ({ limitTokens, usedTokens }) => Math.max(0, limitTokens - usedTokens),
      }),
      resetsAt: t.expose('resetsAt', {
        type: 'DateTime',
        description: 'When the window ends and the count begins anew.',
      }),
    }),
  });
  return builder.objectRef<QuotaState>('Quota').implement({
    description: 'Limits on tokens, and how much of them is used. A generation needs room in both windows.',
    fields: (t) => ({
      day: t.expose('day', { type: Window, description: 'The current day, UTC.' }),
      minute: t.expose('minute', { type: Window, description: 'The current minute.' }),
    }),
  });
};

const addBudget = ({ builder }: UsageBuilder) =>
  builder.objectRef<BudgetState>('Budget').implement({
    description:
      'What a tenant may spend in a calendar month, UTC. A message is refused when its reply could exceed it.',
    fields: (t) => ({
      monthlyUsd: t.expose('monthlyUsd', {
        type: 'Decimal',
        nullable: true,
        description: 'US dollars that it may spend; null for any amount.',
      }),
      spentUsd: t.expose('spentUsd', { type: 'Decimal', description: 'US dollars that it has spent this month.' }),
      reservedUsd: t.expose('reservedUsd', {
        type: 'Decimal',
        description:
          'US dollars that replies which are being written may cost at most. They are kept free for them, and what is not needed is given back.',
      }),
      resetsAt: t.expose('resetsAt', { type: 'DateTime', description: 'When the month ends.' }),
    }),
  });

export const addAccounts = (usage: UsageBuilder) => {
  const { builder, PlanTier, Role } = usage;
  const Quota = addQuota(usage);
  const User = builder.objectRef<UserRow>('User').implement({
    description: 'A person or program that acts for a tenant.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID, the subject of its tokens.' }),
      email: t.exposeString('email', { nullable: true, description: 'E-mail address; null until it is known.' }),
      role: t.expose('role', { type: Role, description: 'The strongest role that it had when it was last seen.' }),
      assignedRole: t.expose('assignedRole', {
        type: Role,
        nullable: true,
        description: 'The role that counts in place of those of its tokens; null: those count.',
      }),
      isActive: t.exposeBoolean('isActive', { description: 'Whether it may do anything. See setUserActive.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first seen.' }),
      quota: t.field({
        type: Quota,
        description: 'What this user may use by itself. The quota of the tenant holds besides.',
        resolve: ({ id }, _, { quotas }) => quotas.load(id),
      }),
    }),
  });
  builder.asEntity(User, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) =>
      id === context.identity.userId ? requireViewer(context) : context.users.load(id),
  });
  const Budget = addBudget(usage);
  const Tenant = builder.objectRef<TenantRow>('Tenant').implement({
    description: 'An account: the boundary that no data crosses, and who pays.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      name: t.exposeString('name', { description: 'Name for people; its id until it has one.' }),
      plan: t.expose('plan', { type: PlanTier, description: 'What it may use.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first seen.' }),
      quota: t.field({
        type: Quota,
        description: 'What all its users together may use.',
        resolve: ({ id }, _, { quotas }) => quotas.load(id),
      }),
      budget: t.field({
        type: Budget,
        nullable: true,
        description: 'What it may spend in a month, and has spent. ADMIN and BILLING_ADMIN only.',
        authScopes: { role: ['ADMIN', 'BILLING_ADMIN'] },
        resolve: (tenant, _, { database }) => loadBudget(database, tenant),
      }),
      users: t.connection(
        {
          type: User,
          nullable: true,
          description: 'Everybody who was ever seen. ADMIN and BILLING_ADMIN only.',
          authScopes: { role: ['ADMIN', 'BILLING_ADMIN'] },
          resolve: ({ id: tenantId }, page, { database }) =>
            pageById(page, ({ range, options }) =>
              database.forTenant(tenantId).find(UserEntity, { tenantId, id: range }, options),
            ),
        },
        { name: 'UserConnection', description: 'A page of users.' },
        { name: 'UserEdge', description: 'A user in a page.' },
      ),
    }),
  });
  builder.asEntity(Tenant, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) => (id === context.identity.tenantId ? requireTenant(context) : null),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: User,
      description: 'The signed-in user.',
      resolve: (_, _arguments, context) => requireViewer(context),
    }),
  );
  builder.queryField('tenant', (t) =>
    t.field({
      type: Tenant,
      description: "The signed-in user's tenant.",
      resolve: (_, _arguments, context) => requireTenant(context),
    }),
  );
  builder.queryField('quota', (t) =>
    t.field({
      type: Quota,
      description: "The signed-in user's own quota, the same as `viewer { quota }`.",
      resolve: async (_, _arguments, context) => context.quotas.load((await requireViewer(context)).id),
    }),
  );
  return { Quota, User, Tenant };
};
