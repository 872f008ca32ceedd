/** Opens the stream of a message by its id, for a caller who may read it. */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { messageNotFound } from '../conversations/access.ts';
import { type AwaitServices, awaitMessage } from './await-message.ts';
import { openMessageStream, type StreamedEvent, type StreamServices } from './message-stream.ts';

/** Throws BAD_USER_INPUT, and NOT_FOUND when no readable message has this id before the wait for it ends. */
export const subscribeToMessage = async (
  services: StreamServices & AwaitServices,
  identity: Identity,
  { messageId, afterSeq }: { readonly messageId: string; readonly afterSeq: number },
): Promise<AsyncIterableIterator<StreamedEvent>> => {
  if (afterSeq < 0)
    throw new AppError('BAD_USER_INPUT', '"afterSeq" is 0 or the seq of the last event that was seen.', {
      argument: 'afterSeq',
    });
  if (!validate(messageId)) throw messageNotFound();
  const message = await awaitMessage(services, identity, messageId);
  return openMessageStream(services, identity, message, afterSeq);
};
