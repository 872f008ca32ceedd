/** Screens what a user wrote before it is stored: a message, or the instructions of a conversation. */
import { validate as isUuid } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { ModerationStage } from '#contracts/moderation/thresholds.ts';
import { AppError } from '#kernel/errors.ts';
import { recordVerdict, type Screening, type ScreeningServices } from './record-verdict.ts';

export interface ContentToScreen {
  readonly messageId: string;
  readonly conversationId: string;
  readonly content: string;
  readonly stage: ModerationStage;
}

/** Throws BAD_USER_INPUT for ids that are no UUIDs. */
export const screenContent = async (
  services: ScreeningServices,
  { tenantId, userId }: Identity,
  { messageId, conversationId, content, stage }: ContentToScreen,
): Promise<Screening> => {
  for (const [argument, id] of Object.entries({ messageId, conversationId })) {
    if (!isUuid(id)) throw new AppError('BAD_USER_INPUT', `${argument} is not a UUID.`, { argument });
  }
  return recordVerdict(services, { tenantId, userId, conversationId, messageId, stage, text: content });
};
