/** What the overview derives from what it reads. */
import type { OverviewQuery } from '../generated/graphql.ts';

export type OverviewData = OverviewQuery;

/** Of the messages of the last minutes, over all models; undefined where there was none. */
export const errorShare = ({ models }: OverviewData): number | undefined => {
  const samples = models.reduce((sum, { health }) => sum + health.samples, 0);
  const failed = models.reduce((sum, { health }) => sum + health.samples * (health.errorRate ?? 0), 0);
  return samples === 0 ? undefined : failed / samples;
};

/** Messages of today that failed before a model ran: they have no model. */
export const failedBefore = ({ today }: OverviewData): number =>
  today.groups.find(({ key }) => key === null)?.totals.generations ?? 0;
