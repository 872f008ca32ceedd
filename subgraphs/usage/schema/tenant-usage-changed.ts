/** The subscription by which a console of administrators keeps figures of usage up to date. */
import { requireTenant } from '../accounts/current-account.ts';
import { watchTenantUsage } from '../quotas/quota-changes.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

export const addTenantUsageChanged = ({ builder }: UsageBuilder, { Tenant }: ReturnType<typeof addAccounts>): void => {
  builder.subscriptionField('tenantUsageChanged', (t) =>
    t.field({
      type: Tenant,
      authScopes: { role: ['ADMIN', 'BILLING_ADMIN'] },
      description:
        'Your tenant as it is now, whenever messages of its users have reserved or used tokens, or its limits, budget, plan or name have changed. Changes within a second are one event, so read `usageReport` again at each. Changes may be missed while a client is disconnected, so refetch after a reconnect. For ADMIN and BILLING_ADMIN.',
      subscribe: (_, _args, { signals, identity }) => watchTenantUsage(signals, identity),
      resolve: (_tenantId, _, context) => {
        // The context lives as long as the subscription, and its loaders remember what they have read.
        context.quotas.clearAll();
        context.users.clearAll();
        return requireTenant(context, context.identity);
      },
    }),
  );
};
