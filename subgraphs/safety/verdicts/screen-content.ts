/** Screens a message that a user wants to send, before it is admitted. */
import { validate as isUuid } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { recordVerdict, type Screening, type ScreeningServices } from './record-verdict.ts';

/** Throws BAD_USER_INPUT for ids that are no UUIDs. */
export const screenContent = async (
  services: ScreeningServices,
  { tenantId, userId }: Identity,
  {
    messageId,
    conversationId,
    content,
  }: { readonly messageId: string; readonly conversationId: string; readonly content: string },
): Promise<Screening> => {
  for (const [argument, id] of Object.entries({ messageId, conversationId })) {
    if (!isUuid(id)) throw new AppError('BAD_USER_INPUT', `${argument} is not a UUID.`, { argument });
  }
  return recordVerdict(services, { tenantId, userId, conversationId, messageId, stage: 'INPUT', text: content });
};
