/** The subscription by which a client keeps a gauge of its quota up to date. */
import { subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { requireViewer } from '../accounts/current-account.ts';
import { watchQuota } from '../quotas/quota-changes.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

export const addQuotaChanged = ({ builder }: UsageBuilder, { Quota }: ReturnType<typeof addAccounts>): void => {
  builder.subscriptionType(subscriptionTypeOptions);
  builder.subscriptionField('quotaChanged', (t) =>
    t.field({
      type: Quota,
      description:
        'Your quota as it is now, whenever your messages or a change of your limits have changed it. Changes may be missed while a client is disconnected, so refetch `quota` after a reconnect.',
      subscribe: async (_, _args, context) => {
        await requireViewer(context, context.identity);
        return watchQuota(context.signals, context.identity);
      },
      resolve: (userId, _, { quotas }) => quotas.clear(userId).load(userId),
    }),
  );
};
