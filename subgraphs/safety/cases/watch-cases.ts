/** The cases of a tenant as they are opened, for its administrators. */
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { CaseEntity, type ModerationCase } from '../entities.ts';
import { caseOpenedTopic } from '../verdicts/record-verdict.ts';

const openedSchema = z.object({ caseId: z.uuid() });
export type OpenedCase = z.infer<typeof openedSchema>;

export const watchCases = (signals: Signals, tenantId: string): Promise<AsyncIterableIterator<OpenedCase>> =>
  iterateSignals(signals, caseOpenedTopic(tenantId), (payload) => openedSchema.safeParse(payload).data);

/** Throws NOT_FOUND when the case was deleted meanwhile. */
export const readOpenedCase = async (
  database: Database,
  tenantId: string,
  { caseId }: OpenedCase,
): Promise<ModerationCase> => {
  const opened = await database.forTenant(tenantId).findOne(CaseEntity, { id: caseId });
  if (!opened) throw new AppError('NOT_FOUND', 'The case is gone.');
  return opened;
};
