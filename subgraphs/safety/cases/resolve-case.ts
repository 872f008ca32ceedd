/** An administrator's decision on a case. Deciding again replaces the decision, with who made it and when. */
import { validate as isUuid } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { CaseEntity, type CaseStatus, type ModerationCase } from '../entities.ts';

const mostNoteCharacters = 2000;

export interface CaseDecision {
  readonly id: string;
  readonly status: CaseStatus;
  readonly note?: string | null | undefined;
}

/** Throws NOT_FOUND for a case of another tenant as for none. */
export const resolveCase = async (
  database: Database,
  { tenantId, userId }: Identity,
  { id, status, note }: CaseDecision,
): Promise<ModerationCase> => {
  if (note != null && note.length > mostNoteCharacters) {
    throw new AppError('BAD_USER_INPUT', `A note has at most ${mostNoteCharacters} characters.`, { argument: 'note' });
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
