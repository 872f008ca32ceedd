/** Reports to safety what the screening held back of a reply. The report is the only place that has the text. */
import { randomUUID } from 'node:crypto';
import type { ReplyBlocked } from '#contracts/broker-events.ts';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { screeningVersion } from '#contracts/moderation/detectors.ts';
import type { BlockedText } from '../moderation/output-refusal.ts';
import type { GenerationContext } from './generation-context.ts';
import { publishUntilConfirmed } from './publish-until-confirmed.ts';

/** Resolves when the broker has confirmed it. Rejects only with the reason of `abandon`. */
export const reportBlocked = async (
  context: Pick<GenerationContext, 'broker' | 'logger'>,
  job: ReplyJob,
  blocked: BlockedText | undefined,
  abandon: AbortSignal,
): Promise<void> => {
  if (blocked === undefined) return;
  const { tenantId, userId, conversationId, messageId } = job;
  const body: ReplyBlocked = {
    ...{ tenantId, userId, conversationId, messageId },
    categories: [...blocked.categories],
    version: screeningVersion,
    excerpt: blocked.excerpt.replaceAll('\0', '').toWellFormed(),
  };
  await publishUntilConfirmed(context, {
    routingKey: 'reply.blocked',
    id: randomUUID(),
    body,
    signal: abandon,
  });
};
