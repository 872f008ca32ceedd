/**
 * Reports what was used in a range of time, in groups. Administrators see their whole tenant; other users see their own
 * usage and are refused that of others. The database computes the sums, in exact decimals.
 */
import { validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { ReuseLever } from '#contracts/reuse.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireRole } from '#kernel/identity.ts';

export type UsageGrouping = 'DAY' | 'MODEL' | 'USER' | 'CONVERSATION';

const count = z.coerce.number();
const totalsSchema = z.object({
  generations: count,
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  costUsd: z.string(),
  savedUsd: z.string(),
  requestLookups: count,
  requestHits: count,
  requestSavedUsd: z.string(),
  semanticLookups: count,
  semanticHits: count,
  semanticSavedUsd: z.string(),
  embeddingUsd: z.string(),
  storageUsd: z.string(),
  storedByteDays: count,
});
export type UsageTotals = z.infer<typeof totalsSchema>;

export interface UsageGroup {
  readonly groupBy: UsageGrouping;
  /** The day as YYYY-MM-DD in UTC, or an id; null for what has no model or no conversation. */
  readonly key: string | null;
  readonly totals: UsageTotals;
}

export interface UsageReport {
  readonly groups: readonly UsageGroup[];
  /** The sums of all groups, including those beyond the limit. */
  readonly totals: UsageTotals;
}

export interface UsageReportRequest {
  /** Inclusive. */
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  readonly groupBy: UsageGrouping;
  /** Restricts the report to this user. */
  readonly userId?: string | null | undefined;
  /** Most groups to return. */
  readonly first: number;
}

/** A leap year, the longest time that an invoice spans. */
const maxDays = 366;
const maxGroups = 1000;
const dayMs = 86_400_000;

const keys: Readonly<Record<UsageGrouping, string>> = {
  DAY: `to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD')`,
  MODEL: 'model_id',
  USER: 'user_id::text',
  CONVERSATION: 'conversation_id::text',
};

const sums = (columns: Readonly<Record<keyof UsageTotals, string>>): string =>
  `jsonb_build_object(${Object.entries(columns)
    .map(([name, sum]) => `'${name}', (${sum})::text`)
    .join(', ')})`;

/** How often a cache was asked, how often it had the reply, and what that saved. */
const lookupsOf = (lever: ReuseLever): string => `count(*) filter (where '${lever}' = any (caches_asked))`;
const hitsOf = (lever: ReuseLever): string => `count(*) filter (where served_by = '${lever}')`;
const savedBy = (lever: ReuseLever): string => `coalesce(sum(saved_usd) filter (where served_by = '${lever}'), 0)`;

const costOf = (kind: 'EMBEDDING' | 'STORAGE'): string => `coalesce(sum(cost_usd) filter (where kind = '${kind}'), 0)`;

/** First the row of the total, then one row for each group: days in their order, all others by cost. */
const reportSql = (groupBy: UsageGrouping, ofUser: boolean): string => `
select ${keys[groupBy]} as key, grouping(${keys[groupBy]}) = 1 as is_total, ${sums({
  generations: `count(*) filter (where kind in ('REPLY', 'TITLE', 'SUMMARY'))`,
  inputTokens: 'coalesce(sum(input_tokens), 0)',
  cachedInputTokens: 'coalesce(sum(cached_input_tokens), 0)',
  cacheWriteTokens: 'coalesce(sum(cache_write_tokens), 0)',
  outputTokens: 'coalesce(sum(output_tokens), 0)',
  reasoningTokens: 'coalesce(sum(reasoning_tokens), 0)',
  costUsd: 'coalesce(sum(cost_usd), 0)',
  savedUsd: 'coalesce(sum(saved_usd), 0)',
  requestLookups: lookupsOf('REQUEST_CACHE'),
  requestHits: hitsOf('REQUEST_CACHE'),
  requestSavedUsd: savedBy('REQUEST_CACHE'),
  semanticLookups: lookupsOf('SEMANTIC_CACHE'),
  semanticHits: hitsOf('SEMANTIC_CACHE'),
  semanticSavedUsd: savedBy('SEMANTIC_CACHE'),
  embeddingUsd: costOf('EMBEDDING'),
  storageUsd: costOf('STORAGE'),
  storedByteDays: 'coalesce(sum(bytes), 0)',
})} as totals
from usage.usage_events
where occurred_at >= ? and occurred_at < ? ${ofUser ? 'and user_id = ?' : ''}
group by grouping sets ((${keys[groupBy]}), ())
order by is_total desc, ${groupBy === 'DAY' ? '' : 'sum(cost_usd) desc,'} key
limit ?`;

const rowsSchema = z.array(z.object({ key: z.string().nullable(), is_total: z.boolean(), totals: totalsSchema }));

const requireRequest = ({ from, to, first, userId }: UsageReportRequest): void => {
  const refuse = (argument: string, sentence: string): never => {
    throw new AppError('BAD_USER_INPUT', sentence, { argument });
  };
  if (from >= to) refuse('range', 'range.from must be before range.to.');
  if (to.getTime() - from.getTime() > maxDays * dayMs) refuse('range', `A report spans at most ${maxDays} days.`);
  if (first < 1 || first > maxGroups) refuse('first', `first is between 1 and ${maxGroups}.`);
  if (userId != null && !validate(userId)) refuse('userId', 'userId is not the id of a user.');
};

/** Throws FORBIDDEN for another user's usage without a role for it, and BAD_USER_INPUT. */
export const reportUsage = async (
  database: Database,
  identity: Identity,
  request: UsageReportRequest,
): Promise<UsageReport> => {
  requireRequest(request);
  const { from, to, groupBy, first } = request;
  const seesAll = identity.roles.some((role) => role === 'ADMIN' || role === 'BILLING_ADMIN');
  const userId = request.userId?.toLowerCase() ?? (seesAll ? undefined : identity.userId);
  if (userId !== undefined && userId !== identity.userId) requireRole(identity, 'ADMIN', 'BILLING_ADMIN');
  const parameters = [from, to, ...(userId === undefined ? [] : [userId]), first + 1];
  const rows = rowsSchema.parse(
    await database.forTenant(identity.tenantId).execute(reportSql(groupBy, userId !== undefined), parameters),
  );
  const [total, ...groups] = rows;
  if (!total?.is_total) throw new Error('the row of the total comes first');
  return { totals: total.totals, groups: groups.map(({ key, totals }) => ({ groupBy, key, totals })) };
};
