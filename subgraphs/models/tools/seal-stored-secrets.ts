/**
 * Seals the secrets of tools and the credentials of MCP servers that were stored before there was a key, or that
 * another key sealed. Both can be changed meanwhile: a secret that is no longer the one that was read stays.
 */
import { mcpCredentialsPurpose } from '#contracts/mcp-credentials.ts';
import { toolSecretPurpose } from '#contracts/tool-secret.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { SealError, type Sealer } from '#kernel/sealing/sealer.ts';
import { McpServerEntity, ToolEntity } from '../entities.ts';

/** Rows of one page. */
const pageSize = 200;

interface Services {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly logger: Logger;
}

/** A row with a secret. */
interface SecretRow {
  readonly tenantId: string;
  readonly name: string;
  readonly stored: string;
}

/** The rows of one kind, in the order of their keys. */
interface SecretRows {
  readonly what: string;
  purpose(tenantId: string, name: string): string;
  pageAfter(last: SecretRow | undefined): Promise<readonly SecretRow[]>;
  replace(row: SecretRow, secret: string): Promise<unknown>;
}

const order = { orderBy: { tenantId: 'asc', name: 'asc' }, limit: pageSize } as const;
const behind = (last: SecretRow | undefined) =>
  last === undefined
    ? {}
    : { $or: [{ tenantId: { $gt: last.tenantId } }, { tenantId: last.tenantId, name: { $gt: last.name } }] };

const toolSecrets = (database: Database): SecretRows => ({
  what: 'tool',
  purpose: toolSecretPurpose,
  pageAfter: async (last) =>
    (await database.asSystem((em) => em.find(ToolEntity, behind(last), order))).map(({ tenantId, name, secret }) => ({
      tenantId,
      name,
      stored: secret,
    })),
  replace: ({ tenantId, name, stored }, secret) =>
    database.asSystem((em) => em.nativeUpdate(ToolEntity, { tenantId, name, secret: stored }, { secret })),
});

const mcpSecrets = (database: Database): SecretRows => ({
  what: 'MCP server',
  purpose: mcpCredentialsPurpose,
  pageAfter: async (last) =>
    (await database.asSystem((em) => em.find(McpServerEntity, behind(last), order))).map(
      ({ tenantId, name, credentials }) => ({ tenantId, name, stored: credentials }),
    ),
  replace: ({ tenantId, name, stored }, credentials) =>
    database.asSystem((em) =>
      em.nativeUpdate(McpServerEntity, { tenantId, name, credentials: stored }, { credentials }),
    ),
});

const sealAgain = async ({ sealer, logger }: Services, rows: SecretRows, row: SecretRow): Promise<void> => {
  const { tenantId, name, stored } = row;
  const purpose = rows.purpose(tenantId, name);
  try {
    await rows.replace(row, sealer.seal(sealer.open(stored, purpose), purpose));
  } catch (err) {
    if (!(err instanceof SealError)) throw err;
    logger.error(
      { err, tenantId, tool: name },
      `the secret of a ${rows.what} cannot be opened: an administrator has to set it again`,
    );
  }
};

export const sealStoredSecrets = async (services: Services): Promise<void> => {
  for (const rows of [toolSecrets(services.database), mcpSecrets(services.database)]) {
    let last: SecretRow | undefined;
    do {
      const page = await rows.pageAfter(last);
      for (const row of page) if (!services.sealer.isCurrent(row.stored)) await sealAgain(services, rows, row);
      last = page.length === pageSize ? page.at(-1) : undefined;
    } while (last);
  }
};
