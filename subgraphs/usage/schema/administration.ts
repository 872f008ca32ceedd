/**
 * Mutations of administrators: ADMIN for the tenant, BILLING_ADMIN for what it costs; and of the operator, who says
 * what it may cost.
 */
import { changeTenant, changeUser } from '../administer.ts';
import { decideAccess } from '../decide-access.ts';
import { grantQuota, setPlan, tenantsScope } from '../operate.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

const forOperators = `For operators: needs a token with the scope ${tenantsScope}, for it is what the tenant pays for.`;

export const addAdministration = (
  { builder, PlanTier, Role }: UsageBuilder,
  accounts: ReturnType<typeof addAccounts>,
): void => {
  const { Tenant, User } = accounts;
  builder.mutationField('renameTenant', (t) =>
    t.field({
      type: Tenant,
      description: 'Names your tenant. ADMIN only.',
      authScopes: { role: 'ADMIN' },
      args: { name: t.arg.string({ required: true, description: '1 to 200 characters.' }) },
      resolve: (_, { name }, context) => changeTenant(context, { name }),
    }),
  );
  builder.mutationField('setPlan', (t) =>
    t.field({
      type: Tenant,
      description: `Puts a tenant on another plan, from the next message on. ${forOperators}`,
      args: {
        plan: t.arg({ type: PlanTier, required: true, description: 'The new plan.' }),
        tenantId: t.arg.id({ description: 'The tenant; null: your own.' }),
      },
      resolve: (_, { plan, tenantId }, context) => setPlan(context, tenantId, plan),
    }),
  );
  builder.mutationField('setBudget', (t) =>
    t.field({
      type: Tenant,
      description:
        'Sets what your tenant may spend in a calendar month (UTC). Once it is spent, messages are refused with QUOTA_EXCEEDED. BILLING_ADMIN only.',
      authScopes: { role: 'BILLING_ADMIN' },
      args: { monthlyUsd: t.arg({ type: 'Decimal', description: 'US dollars; null or left out for no budget.' }) },
      resolve: (_, { monthlyUsd }, context) => changeTenant(context, { monthlyBudgetUsd: monthlyUsd ?? null }),
    }),
  );
  const TenantQuotaInput = builder.inputType('TenantQuotaInput', {
    description: "Limits of a tenant. What is left out stays; null is the plan's limit again.",
    fields: (t) => ({
      tokensPerDay: t.float({ description: 'Of all its users together, a UTC day.' }),
      tokensPerMinute: t.float({ description: 'Of all its users together, a minute.' }),
      userTokensPerDay: t.float({ description: 'Of each user that has no limit of its own, a UTC day.' }),
      userTokensPerMinute: t.float({ description: 'Of each user that has no limit of its own, a minute.' }),
    }),
  });
  builder.mutationField('setTenantQuota', (t) =>
    t.field({
      type: Tenant,
      description:
        'Sets how many tokens your tenant may use: as many as its plan allows at most, or the operator. BILLING_ADMIN only.',
      authScopes: { role: 'BILLING_ADMIN' },
      args: { input: t.arg({ type: TenantQuotaInput, required: true, description: 'The limits.' }) },
      resolve: (_, { input }, context) => changeTenant(context, { ...input }),
    }),
  );
  builder.mutationField('grantTenantQuota', (t) =>
    t.field({
      type: Tenant,
      description: `Sets what a tenant may have at most in place of what its plan allows. Its administrators set limits up to that. ${forOperators}`,
      args: {
        input: t.arg({ type: TenantQuotaInput, required: true, description: 'The highest limits.' }),
        tenantId: t.arg.id({ description: 'The tenant; null: your own.' }),
      },
      resolve: (_, { input, tenantId }, context) => grantQuota(context, tenantId, { ...input }),
    }),
  );
  const UserQuotaInput = builder.inputType('UserQuotaInput', {
    description: "Limits of a user. What is left out stays; null is the tenant's limit for each user again.",
    fields: (t) => ({
      userId: t.id({ required: true, description: 'A user of your tenant.' }),
      tokensPerDay: t.float({ description: 'A UTC day.' }),
      tokensPerMinute: t.float({ description: 'A minute.' }),
    }),
  });
  builder.mutationField('setUserQuota', (t) =>
    t.field({
      type: User,
      description:
        'Sets how many tokens one user may use: as many as the plan allows each user at most, or the operator. BILLING_ADMIN only.',
      authScopes: { role: 'BILLING_ADMIN' },
      args: { input: t.arg({ type: UserQuotaInput, required: true, description: 'The user and its limits.' }) },
      resolve: (_, { input: { userId, ...limits } }, context) => changeUser(context, userId, limits),
    }),
  );
  builder.mutationField('setRole', (t) =>
    t.field({
      type: User,
      description:
        'Gives a user of your tenant a role that counts in place of those of its tokens, from now on: what runs under a role that it has not any more ends. ADMIN only, and not for yourself.',
      authScopes: { role: 'ADMIN' },
      args: {
        userId: t.arg.id({ required: true, description: 'A user of your tenant.' }),
        role: t.arg({ type: Role, description: 'The role; null or left out for those of its tokens again.' }),
      },
      resolve: (_, { userId, role }, context) => decideAccess(context, userId, { assignedRole: role ?? null }),
    }),
  );
  builder.mutationField('setUserActive', (t) =>
    t.field({
      type: User,
      description:
        'Deactivates a user of your tenant, or lets it in again. Whatever a deactivated user asks is refused with FORBIDDEN, and its subscriptions end with it; answers that are being written go on and are stored. ADMIN only, and not for yourself.',
      authScopes: { role: 'ADMIN' },
      args: {
        userId: t.arg.id({ required: true, description: 'A user of your tenant.' }),
        isActive: t.arg.boolean({ required: true, description: 'false deactivates it.' }),
      },
      resolve: (_, { userId, isActive }, context) => decideAccess(context, userId, { isActive }),
    }),
  );
};
