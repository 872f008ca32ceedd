/** The subscription by which a client keeps a gauge of its quota. */
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import { subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { requireViewer } from '../accounts.ts';
import { quotaTopic } from '../quota-changes.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

export const addQuotaChanged = ({ builder }: UsageBuilder, { Quota }: ReturnType<typeof addAccounts>): void => {
  builder.subscriptionType(subscriptionTypeOptions);
  builder.subscriptionField('quotaChanged', (t) =>
    t.field({
      type: Quota,
      description:
        'Your own quota as it is now, whenever your messages or a limit of your own changed it. Changes may be missed while a client is away: read `quota` after a reconnect.',
      subscribe: async (_, _arguments, context) => {
        const { tenantId, userId } = context.identity;
        await requireViewer(context);
        return iterateSignals(context.signals, quotaTopic(tenantId, userId), () => userId);
      },
      resolve: (userId, _, { quotas }) => quotas.clear(userId).load(userId),
    }),
  );
};
