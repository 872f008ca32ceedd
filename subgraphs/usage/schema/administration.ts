/**
 * Mutations of administrators (ADMIN for the tenant, BILLING_ADMIN for its costs) and of the operator, who sets the
 * tenant's plan and its highest limits.
 */

import { decideAccess } from '../accounts/decide-access.ts';
import { renameTenant } from '../accounts/rename-tenant.ts';
import { deleteUser } from '../deletions/delete-user.ts';
import { grantQuota, setPlan, tenantsScope } from '../quotas/change-grants.ts';
import { changeTenantLimits, changeUserLimits } from '../quotas/change-limits.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

const forOperators = `For operators: requires a token with the scope ${tenantsScope}, because the tenant pays for it.`;

type Accounts = ReturnType<typeof addAccounts>;

const addTenantMutations = ({ builder, PlanTier }: UsageBuilder, { Tenant }: Accounts): void => {
  builder.mutationField('renameTenant', (t) =>
    t.field({
      type: Tenant,
      description: 'Renames your tenant. ADMIN only.',
      authScopes: { role: 'ADMIN' },
      args: { name: t.arg.string({ required: true, description: '1 to 200 characters.' }) },
      resolve: (_, { name }, context) => renameTenant(context, context.identity, name),
    }),
  );
  builder.mutationField('setPlan', (t) =>
    t.field({
      type: Tenant,
      description: `Changes the plan of a tenant, from the next message on. ${forOperators}`,
      args: {
        plan: t.arg({ type: PlanTier, required: true, description: 'The new plan.' }),
        tenantId: t.arg.id({ description: 'The tenant; null: your own.' }),
      },
      resolve: (_, args, context) => setPlan(context, context.identity, args),
    }),
  );
  builder.mutationField('setBudget', (t) =>
    t.field({
      type: Tenant,
      description:
        'Sets what your tenant may spend in a calendar month (UTC). Messages that could exceed it are refused with QUOTA_EXCEEDED. BILLING_ADMIN only.',
      authScopes: { role: 'BILLING_ADMIN' },
      args: { monthlyUsd: t.arg({ type: 'Decimal', description: 'US dollars; null or absent for no budget.' }) },
      resolve: (_, { monthlyUsd }, context) =>
        changeTenantLimits(context, context.identity, { monthlyBudgetUsd: monthlyUsd ?? null }),
    }),
  );
  const TenantQuotaInput = builder.inputType('TenantQuotaInput', {
    description: "Limits of a tenant. An absent limit stays as it is; null restores the plan's.",
    fields: (t) => ({
      tokensPerDay: t.float({ description: 'Tokens of all users together in a UTC day.' }),
      tokensPerMinute: t.float({ description: 'Tokens of all users together in a minute.' }),
      userTokensPerDay: t.float({ description: 'Tokens of each user without an individual limit in a UTC day.' }),
      userTokensPerMinute: t.float({ description: 'Tokens of each user without an individual limit in a minute.' }),
    }),
  });
  builder.mutationField('setTenantQuota', (t) =>
    t.field({
      type: Tenant,
      description:
        'Sets how many tokens your tenant may use, up to what its plan or the operator allows. BILLING_ADMIN only.',
      authScopes: { role: 'BILLING_ADMIN' },
      args: { input: t.arg({ type: TenantQuotaInput, required: true, description: 'The limits.' }) },
      resolve: (_, { input }, context) => changeTenantLimits(context, context.identity, { ...input }),
    }),
  );
  builder.mutationField('grantTenantQuota', (t) =>
    t.field({
      type: Tenant,
      description: `Sets the highest limits of a tenant, instead of those of its plan. Its administrators can set limits up to these. ${forOperators}`,
      args: {
        input: t.arg({ type: TenantQuotaInput, required: true, description: 'The highest limits.' }),
        tenantId: t.arg.id({ description: 'The tenant; null: your own.' }),
      },
      resolve: (_, { input, tenantId }, context) => grantQuota(context, context.identity, tenantId, { ...input }),
    }),
  );
};

const addUserMutations = ({ builder, Role }: UsageBuilder, { User }: Accounts): void => {
  const UserQuotaInput = builder.inputType('UserQuotaInput', {
    description: "Limits of a user. An absent limit stays as it is; null restores the tenant's limit for each user.",
    fields: (t) => ({
      userId: t.id({ required: true, description: 'A user of your tenant.' }),
      tokensPerDay: t.float({ description: 'Tokens in a UTC day.' }),
      tokensPerMinute: t.float({ description: 'Tokens in a minute.' }),
    }),
  });
  builder.mutationField('setUserQuota', (t) =>
    t.field({
      type: User,
      description:
        'Sets how many tokens one user may use, up to what the plan or the operator allows each user. BILLING_ADMIN only.',
      authScopes: { role: 'BILLING_ADMIN' },
      args: { input: t.arg({ type: UserQuotaInput, required: true, description: 'The user and the limits.' }) },
      resolve: (_, { input: { userId, ...limits } }, context) =>
        changeUserLimits(context, context.identity, userId, limits),
    }),
  );
  builder.mutationField('setRole', (t) =>
    t.field({
      type: User,
      description:
        'Gives a user of your tenant a role that replaces those of its tokens from now on. Subscriptions that need a role which the user has lost end. ADMIN only, and not for yourself.',
      authScopes: { role: 'ADMIN' },
      args: {
        userId: t.arg.id({ required: true, description: 'A user of your tenant.' }),
        role: t.arg({ type: Role, description: 'The role; null or absent to restore those of the tokens.' }),
      },
      resolve: (_, { userId, role }, context) =>
        decideAccess(context, context.identity, userId, { assignedRole: role ?? null }),
    }),
  );
  builder.mutationField('setUserActive', (t) =>
    t.field({
      type: User,
      description:
        'Deactivates or reactivates a user of your tenant; one that was deleted begins anew. Every request of a deactivated user is refused with FORBIDDEN, and their sessions and subscriptions end with it; replies in progress continue and are stored. ADMIN only, and not for yourself.',
      authScopes: { role: 'ADMIN' },
      args: {
        userId: t.arg.id({ required: true, description: 'A user of your tenant.' }),
        isActive: t.arg.boolean({ required: true, description: 'false deactivates the user.' }),
      },
      resolve: (_, { userId, isActive }, context) => decideAccess(context, context.identity, userId, { isActive }),
    }),
  );
  builder.mutationField('deleteUser', (t) =>
    t.field({
      type: User,
      description:
        "Deletes a user of your tenant for good. At once, every request of the user is refused with FORBIDDEN, and sessions, API keys, shares and subscriptions end. Within moments these go: name and e-mail address; conversations with their messages, shares, exports and imports (those under a legal hold stay); files with all that was made of them, passages and vectors included; PRIVATE collections; the user's texts in moderation cases. These stay: the user as an id without a name; the entries of the ledger, which hold no text; collections that others may read, without the user's documents, for administrators to look after. A later token of the same subject is refused until setUserActive allows it, and then begins with nothing. ADMIN only, and not for yourself, so that a tenant keeps an administrator. Deleting again deletes what is left.",
      authScopes: { role: 'ADMIN' },
      args: { id: t.arg.id({ required: true, description: 'A user of your tenant.' }) },
      resolve: (_, { id }, context) => deleteUser(context, context.identity, id),
    }),
  );
};

export const addAdministration = (usage: UsageBuilder, accounts: Accounts): void => {
  addTenantMutations(usage, accounts);
  addUserMutations(usage, accounts);
};
