/**
 * Enforces how much a tenant may store. The database counts stored bytes
 * (migrations/conversations/Migration0010CountStoredBytes.ts); a text is checked against the count before anything else
 * is done with it. The bound is soft: replies that are being written and sends of the same moment are stored too.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';

/**
 * Throws QUOTA_EXCEEDED when the text does not fit any more.
 * @param most bytes that a tenant may store (`MAX_STORED_BYTES`)
 */
export const requireStorage = (storedBytes: number, text: string, most: number): void => {
  if (storedBytes + Buffer.byteLength(text) <= most) return;
  throw new AppError(
    'QUOTA_EXCEEDED',
    'Your organization has used all its storage for messages. Ask the operator of this installation for more.',
    { details: { quota: 'TENANT_STORAGE' } },
  );
};

const rowsSchema = z.tuple([z.object({ bytes: z.coerce.number() })]);

/** @param em the unit of work of one tenant */
export const readStoredBytes = async (em: EntityManager): Promise<number> =>
  rowsSchema.parse(await em.execute('select coalesce(sum(bytes), 0) as bytes from conversations.stored_bytes'))[0]
    .bytes;
