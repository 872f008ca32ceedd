/** Jobs under a policy of mode WINDOW, and what workers report of them. */
import { type ReplyBlocked, replyBlockedSchema } from '#contracts/broker-events.ts';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { defaultThresholds } from '#contracts/moderation/thresholds.ts';
import type { Broker, Json } from '#kernel/broker/broker.ts';

/** What a job has under the default thresholds. */
export const windowed: Pick<ReplyJob, 'outputModeration'> = {
  outputModeration: {
    holdCharacters: 64,
    thresholds: Object.entries(defaultThresholds).map(([category, one]) => ({ category, ...one })),
  },
};
/** The next `reply.blocked`, as safety gets it. */
export const nextBlocked = (broker: Broker): Promise<ReplyBlocked> =>
  new Promise((resolve) => {
    void broker.consume<Json>('safety.results', { prefetch: 1 }, async ({ body }) => {
      const report = replyBlockedSchema.safeParse(body);
      if (report.success) resolve(report.data);
      return 'ack';
    });
  });
