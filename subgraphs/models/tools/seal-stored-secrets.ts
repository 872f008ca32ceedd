/**
 * Seals the secrets of tools that were stored before there was a key, or that another key sealed. Tools can be changed
 * meanwhile: a secret that is no longer the one that was read stays.
 */
import { toolSecretPurpose } from '#contracts/tool-secret.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { SealError, type Sealer } from '#kernel/sealing/sealer.ts';
import { ToolEntity, type ToolRow } from '../entities.ts';

/** Tools of one page. */
const pageSize = 200;

interface Services {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly logger: Logger;
}

const sealAgain = async ({ database, sealer, logger }: Services, tool: ToolRow): Promise<void> => {
  const { tenantId, name, secret: stored } = tool;
  const purpose = toolSecretPurpose(tenantId, name);
  try {
    const secret = sealer.seal(sealer.open(stored, purpose), purpose);
    await database.asSystem((em) => em.nativeUpdate(ToolEntity, { tenantId, name, secret: stored }, { secret }));
  } catch (err) {
    if (!(err instanceof SealError)) throw err;
    logger.error(
      { err, tenantId, tool: name },
      'the secret of a tool cannot be opened: an administrator has to rotate it',
    );
  }
};

export const sealStoredSecrets = async (services: Services): Promise<void> => {
  const { database, sealer } = services;
  let last: ToolRow | undefined;
  do {
    const after = last && {
      $or: [{ tenantId: { $gt: last.tenantId } }, { tenantId: last.tenantId, name: { $gt: last.name } }],
    };
    const order = { orderBy: { tenantId: 'asc', name: 'asc' }, limit: pageSize } as const;
    const page = await database.asSystem((em) => em.find(ToolEntity, after ?? {}, order));
    for (const tool of page) if (!sealer.isCurrent(tool.secret)) await sealAgain(services, tool);
    last = page.length === pageSize ? page.at(-1) : undefined;
  } while (last);
};
