/** What the resolvers of usage get: the tables, and loaders that make one statement of what a request asks for one by one. */
import DataLoader from 'dataloader';
import { validate } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { TellRevocation } from './api-keys/revoke-api-key.ts';
import { type UsageEvent, UsageEventEntity, type User, UserEntity } from './entities.ts';
import type { AccessDecisions } from './publish-access.ts';
import { loadQuotas, type QuotaState } from './quota.ts';
import type { QuotaChanges } from './quota-changes.ts';

export interface UsageContext extends SubgraphContext {
  readonly database: Database;
  readonly signals: Signals;
  readonly reservationTtlSeconds: number;
  /** Told of every change to what a user has used or may use. */
  readonly quotaChanges: Pick<QuotaChanges, 'announce'>;
  readonly accessDecisions: Pick<AccessDecisions, 'tell'>;
  readonly tellRevocation: TellRevocation;
  /** By message id: the entry of its reply. Null for a foreign, unknown or unfinished one. */
  readonly replies: DataLoader<string, UsageEvent | null>;
  /** By conversation id: USD, "0" for a foreign or unknown one. */
  readonly costs: DataLoader<string, string>;
  /** By user id, in the identity's tenant. */
  readonly users: DataLoader<string, User | null>;
  /** By user id, or by the tenant's for all its users together. */
  readonly quotas: DataLoader<string, QuotaState>;
}

const costsSql = `select conversation_id, sum(cost_usd)::text as cost from usage.usage_events
  where conversation_id in (?) group by conversation_id`;

/** Ids that cannot be in the database are not asked for: they would be errors there. */
const byId = <Value>(
  load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  missing: Value,
): DataLoader<string, Value> =>
  new DataLoader(async (keys) => {
    const ids = keys.filter((key) => validate(key)).map((key) => key.toLowerCase());
    const found = ids.length === 0 ? new Map<string, Value>() : await load(ids);
    return keys.map((key) => found.get(key.toLowerCase()) ?? missing);
  });

export const createUsageContext = (
  services: Omit<UsageContext, keyof SubgraphContext | 'replies' | 'costs' | 'users' | 'quotas'>,
  identity: Identity,
): UsageContext => {
  const tables = () => services.database.forTenant(identity.tenantId);
  return {
    ...services,
    identity,
    replies: byId<UsageEvent | null>(async (ids) => {
      const events = await tables().find(UsageEventEntity, { messageId: { $in: [...ids] }, kind: 'REPLY' });
      return new Map(events.map((event) => [event.messageId, event]));
    }, null),
    costs: byId(async (ids) => {
      const rows = await tables().execute<{ conversation_id: string; cost: string }[]>(costsSql, [[...ids]]);
      return new Map(rows.map((row) => [row.conversation_id, row.cost]));
    }, '0'),
    users: byId<User | null>(async (ids) => {
      const users = await tables().find(UserEntity, { id: { $in: [...ids] } });
      return new Map(users.map((user) => [user.id, user]));
    }, null),
    quotas: new DataLoader<string, QuotaState>((subjects) => loadQuotas(tables(), subjects)),
  };
};
