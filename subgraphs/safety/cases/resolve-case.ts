/**
 * Resolves a case by an administrator's decision. A later decision replaces the former one, with its author and time.
 */
import { validate as isUuid } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { CaseEntity, type CaseStatus, type ModerationCase } from '../entities.ts';

const maxNoteCharacters = 2000;

export interface CaseDecision {
  readonly id: string;
  readonly status: CaseStatus;
  readonly note?: string | null | undefined;
}

/** Throws BAD_USER_INPUT, and NOT_FOUND for an unknown case or a case of another tenant. */
export const resolveCase = async (
  database: Database,
  { tenantId, userId }: Identity,
  { id, status, note }: CaseDecision,
): Promise<ModerationCase> => {
  if (note != null && note.length > maxNoteCharacters) {
    throw new AppError('BAD_USER_INPUT', `A note has at most ${maxNoteCharacters} characters.`, { argument: 'note' });
  }
  return database.forTenant(tenantId).transactional(async (em) => {
    const found = isUuid(id) ? await em.findOne(CaseEntity, { id }) : null;
    if (!found) throw new AppError('NOT_FOUND', 'There is no such case.');
    const open = status === 'OPEN';
    em.assign(found, {
      status,
      note: note ?? null,
      resolvedBy: open ? null : userId,
      resolvedAt: open ? null : new Date(),
    });
    return found;
  });
};
