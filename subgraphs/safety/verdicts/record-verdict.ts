/**
 * Screens a text by the thresholds of its tenant, and stores the verdict, with a case unless the text is allowed, in
 * one statement. Invariant: a message has one verdict and at most one case for each stage, however often it is
 * screened.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { ReplyBlocked } from '#contracts/broker-events.ts';
import { screeningVersion } from '#contracts/moderation/detectors.ts';
import type { OutputModeration } from '#contracts/moderation/output-moderation.ts';
import { screenText } from '#contracts/moderation/screen-text.ts';
import {
  actionFor,
  type CategoryScore,
  decideAction,
  type ModerationAction,
  type ModerationStage,
} from '#contracts/moderation/thresholds.ts';
import {
  conversationModeratedTopic,
  type MessageModerated,
  ownerModeratedTopic,
} from '#contracts/moderation-signals.ts';
import type { PiiPolicy } from '#contracts/pii/pii-policy.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { bestScores, type DetectionServices, detect } from './detect.ts';
import { type TenantPolicies, thresholdsFor, windowOf } from './tenant-policies.ts';

export interface ScreeningServices extends DetectionServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly policies: TenantPolicies;
}

export interface ScreenedText {
  readonly tenantId: string;
  readonly userId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly stage: ModerationStage;
  readonly text: string;
}

export interface Screening {
  readonly action: ModerationAction;
  /** The categories that led to the action; empty when it is ALLOW. */
  readonly categories: readonly CategoryScore[];
  readonly version: string;
  /** How replies are screened before they are shown; undefined where they are screened after their end. */
  readonly window: OutputModeration | undefined;
  readonly pii: PiiPolicy;
}

/** The topic of a tenant. Its payload is `{ caseId }`. */
export const caseOpenedTopic = (tenantId: string): string => `safety.case-opened.${tenantId}`;

/** Most characters of the text that a case keeps. */
const excerptLength = 500;

const openedSchema = z.array(z.object({ id: z.string() }));

/** PostgreSQL texts hold no U+0000, and the cut must not leave half of a surrogate pair. */
const excerptOf = (text: string): string => text.slice(0, excerptLength).replaceAll('\0', '').toWellFormed();

/** Signals are hints: nobody waits for them, and a lost one changes nothing in the verdict. */
const announce = (
  signals: Signals,
  { tenantId, userId, conversationId, messageId, stage }: Omit<ScreenedText, 'text'>,
  cases: z.infer<typeof openedSchema>,
): void => {
  const publish = (topic: string, payload: Json): void => void signals.publish(topic, payload).catch(() => undefined);
  for (const { id } of cases) publish(caseOpenedTopic(tenantId), { caseId: id });
  // What was screened before it was stored is shown with its verdict from the beginning.
  if (stage !== 'OUTPUT') return;
  const moderated: MessageModerated = { conversationId, messageId };
  publish(conversationModeratedTopic(tenantId, conversationId), moderated);
  publish(ownerModeratedTopic(tenantId, userId), moderated);
};

export const recordVerdict = async (services: ScreeningServices, screened: ScreenedText): Promise<Screening> => {
  const { tenantId, messageId, stage, conversationId, userId, text } = screened;
  const policy = await services.policies.find(tenantId);
  const found = await Promise.all([screenText(text, stage), detect(services, policy, stage, text)]);
  const categories = bestScores(...found);
  const thresholds = thresholdsFor(policy, stage);
  const action = decideAction(categories, thresholds);
  const opened = openedSchema.parse(
    await callFunction(services.database, {
      name: 'safety.record_verdict',
      parameters: {
        a_tenant: tenantId,
        a_message: messageId,
        a_stage: stage,
        a_conversation: conversationId,
        a_action: action,
        a_categories: JSON.stringify(categories),
        a_version: screeningVersion,
        a_case: uuidv7(),
        a_user: userId,
        a_excerpt: action === 'ALLOW' ? '' : excerptOf(text),
      },
    }),
  );
  if (opened.length > 0) announce(services.signals, screened, opened);
  const reasons = categories.filter((score) => actionFor(score, thresholds) === action);
  const led = action === 'ALLOW' ? [] : reasons;
  return { action, categories: led, version: screeningVersion, window: windowOf(policy), pii: policy.pii };
};

/** Records what a worker held back of a reply: it has the text, and nobody else. */
export const recordBlockedReply = async (
  { database, signals }: Pick<ScreeningServices, 'database' | 'signals'>,
  { tenantId, userId, conversationId, messageId, categories, version, excerpt }: ReplyBlocked,
): Promise<void> => {
  const opened = openedSchema.parse(
    await callFunction(database, {
      name: 'safety.record_blocked_reply',
      parameters: {
        a_tenant: tenantId,
        a_message: messageId,
        a_conversation: conversationId,
        a_categories: JSON.stringify(categories),
        a_version: version,
        a_case: uuidv7(),
        a_user: userId,
        a_excerpt: excerptOf(excerpt),
      },
    }),
  );
  announce(signals, { tenantId, userId, conversationId, messageId, stage: 'OUTPUT' }, opened);
};
