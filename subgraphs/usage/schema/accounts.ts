/** The entities Tenant and User, with their quotas, and the queries for those of the caller. */
import { requireTenant, requireViewer } from '../accounts/current-account.ts';
import { findUserByEmail } from '../accounts/find-user.ts';
import { listUsers } from '../accounts/load-users.ts';
import type { Tenant as TenantRow, User as UserRow } from '../entities.ts';
import { type BudgetState, loadBudget, type QuotaState, type QuotaWindow } from '../quotas/read-quotas.ts';
import type { UsageBuilder } from './builder.ts';

const addQuota = ({ builder }: UsageBuilder) => {
  const Window = builder.objectRef<QuotaWindow>('QuotaWindow').implement({
    description:
      'Tokens of input and output in one window of time. Counts are whole numbers; they are Float because they exceed 32 bits.',
    fields: (t) => ({
      limitTokens: t.exposeFloat('limitTokens', { description: 'Tokens that the window allows.' }),
      usedTokens: t.exposeFloat('usedTokens', {
        description: 'Tokens that are used, or reserved for generations in progress.',
      }),
      remainingTokens: t.float({
        description: 'Tokens that are left.',
        resolve: ({ limitTokens, usedTokens }) => Math.max(0, limitTokens - usedTokens),
      }),
      resetsAt: t.expose('resetsAt', {
        type: 'DateTime',
        description: 'When the window ends and the count restarts.',
      }),
    }),
  });
  return builder.objectRef<QuotaState>('Quota').implement({
    description: 'Limits on tokens, and how much of them is used. A generation must fit into both windows.',
    fields: (t) => ({
      day: t.expose('day', { type: Window, description: 'The current day, UTC.' }),
      minute: t.expose('minute', { type: Window, description: 'The current minute.' }),
    }),
  });
};

const addBudget = ({ builder }: UsageBuilder) =>
  builder.objectRef<BudgetState>('Budget').implement({
    description:
      'What a tenant may spend in a calendar month (UTC). A message is refused when its reply could exceed the budget.',
    fields: (t) => ({
      monthlyUsd: t.expose('monthlyUsd', {
        type: 'Decimal',
        nullable: true,
        description: 'US dollars that the tenant may spend; null for no limit.',
      }),
      spentUsd: t.expose('spentUsd', {
        type: 'Decimal',
        description: 'US dollars that the tenant has spent this month.',
      }),
      reservedUsd: t.expose('reservedUsd', {
        type: 'Decimal',
        description:
          'Most US dollars that replies in progress may cost. What a reply does not need is released when it ends.',
      }),
      resetsAt: t.expose('resetsAt', { type: 'DateTime', description: 'When the month ends.' }),
    }),
  });

const addUser = ({ builder, Role }: UsageBuilder, Quota: ReturnType<typeof addQuota>) => {
  const User = builder.objectRef<UserRow>('User').implement({
    description: 'A person or program that acts for a tenant.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID; the subject of the tokens of the user.' }),
      email: t.exposeString('email', {
        nullable: true,
        description: 'E-mail address; null until it is known, and once the user is deleted.',
      }),
      name: t.exposeString('name', {
        nullable: true,
        description: 'Name of a program that signs in by itself, as the operator configured it; null for people.',
      }),
      role: t.expose('role', { type: Role, description: 'The strongest role that the user had when last seen.' }),
      assignedRole: t.expose('assignedRole', {
        type: Role,
        nullable: true,
        description: "The role that replaces those of the user's tokens; null if those apply.",
      }),
      isActive: t.exposeBoolean('isActive', { description: 'Whether the user may do anything. See setUserActive.' }),
      deletedAt: t.expose('deletedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When an administrator deleted the user; null for all others. See deleteUser.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user was first seen.' }),
      quota: t.field({
        type: Quota,
        description: 'What this user may use. The quota of the tenant applies in addition.',
        resolve: ({ id }, _, { quotas }) => quotas.load(id),
      }),
    }),
  });
  builder.asEntity(User, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) =>
      id === context.identity.userId ? requireViewer(context, context.identity) : context.users.load(id),
  });
  return User;
};

const addTenant = (usage: UsageBuilder, Quota: ReturnType<typeof addQuota>, User: ReturnType<typeof addUser>) => {
  const { builder, PlanTier } = usage;
  const Budget = addBudget(usage);
  const Tenant = builder.objectRef<TenantRow>('Tenant').implement({
    description: 'An account: the boundary that no data crosses, and the payer.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      name: t.exposeString('name', { description: 'Name for people; the id until it is set.' }),
      plan: t.expose('plan', { type: PlanTier, description: 'The plan, which determines models and limits.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the tenant was first seen.' }),
      quota: t.field({
        type: Quota,
        description: 'What all users of the tenant together may use.',
        resolve: ({ id }, _, { quotas }) => quotas.load(id),
      }),
      budget: t.field({
        type: Budget,
        nullable: true,
        description: 'What the tenant may spend in a month, and has spent. ADMIN and BILLING_ADMIN only.',
        authScopes: { role: ['ADMIN', 'BILLING_ADMIN'] },
        resolve: (tenant, _, { database }) => loadBudget(database, tenant),
      }),
      users: t.connection(
        {
          type: User,
          nullable: true,
          description: 'All users that were ever seen. ADMIN and BILLING_ADMIN only.',
          authScopes: { role: ['ADMIN', 'BILLING_ADMIN'] },
          resolve: ({ id }, args, { database }) => listUsers(database, id, args),
        },
        { name: 'UserConnection', description: 'A page of users.' },
        { name: 'UserEdge', description: 'A user in a page.' },
      ),
    }),
  });
  builder.asEntity(Tenant, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) =>
      id === context.identity.tenantId ? requireTenant(context, context.identity) : null,
  });
  return Tenant;
};

export const addAccounts = (usage: UsageBuilder) => {
  const { builder } = usage;
  const Quota = addQuota(usage);
  const User = addUser(usage, Quota);
  const Tenant = addTenant(usage, Quota, User);
  builder.queryField('viewer', (t) =>
    t.field({
      type: User,
      description: 'The signed-in user.',
      resolve: (_, _args, context) => requireViewer(context, context.identity),
    }),
  );
  builder.queryField('userByEmail', (t) =>
    t.field({
      type: User,
      nullable: true,
      description:
        'The person of your tenant who has this e-mail address, in upper or lower case; null when nobody active has it.',
      args: { email: t.arg.string({ required: true, description: 'The whole address.' }) },
      resolve: (_, { email }, { database, identity }) => findUserByEmail(database, identity, email),
    }),
  );
  builder.queryField('tenant', (t) =>
    t.field({
      type: Tenant,
      description: "The signed-in user's tenant.",
      resolve: (_, _args, context) => requireTenant(context, context.identity),
    }),
  );
  builder.queryField('quota', (t) =>
    t.field({
      type: Quota,
      description: "The signed-in user's quota, the same as `viewer { quota }`.",
      resolve: async (_, _args, context) => context.quotas.load((await requireViewer(context, context.identity)).id),
    }),
  );
  return { Quota, User, Tenant };
};
