/** What the resolvers of this subgraph get: the caller, the services of the use cases, and loaders for one request. */

import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import type { Sessions } from '#kernel/sessions/sessions.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import { createUserLoader, type UserLoader } from '../accounts/load-users.ts';
import type { AccessDecisions } from '../accounts/publish-access.ts';
import type { PublishRevocation } from '../api-keys/revoke-api-key.ts';
import { type CostLoader, createCostLoader, createEntryLoader, type EntryLoader } from '../ledger/load-entries.ts';
import type { QuotaChanges } from '../quotas/quota-changes.ts';
import { createQuotaLoader, type QuotaLoader } from '../quotas/read-quotas.ts';
import type { EndSessionsOf } from '../sessions/end-sessions.ts';

export interface UsageServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly reservationTtlSeconds: number;
  readonly quotaChanges: Pick<QuotaChanges, 'announce' | 'announceTenant'>;
  readonly accessDecisions: Pick<AccessDecisions, 'publish'>;
  readonly publishRevocation: PublishRevocation;
  readonly sessions: Pick<Sessions, 'list' | 'find' | 'end'>;
  readonly endSessionsOf: EndSessionsOf;
  readonly relay: Pick<OutboxRelay, 'publish'>;
}

export interface UsageContext extends SubgraphContext, UsageServices {
  readonly entries: EntryLoader;
  readonly costs: CostLoader;
  readonly users: UserLoader;
  readonly quotas: QuotaLoader;
}

export const createUsageContext = (services: UsageServices, identity: Identity): UsageContext => {
  const { database } = services;
  const { tenantId } = identity;
  return {
    ...services,
    identity,
    entries: createEntryLoader(database, tenantId),
    costs: createCostLoader(database, tenantId),
    users: createUserLoader(database, tenantId),
    quotas: createQuotaLoader(database, tenantId),
  };
};
