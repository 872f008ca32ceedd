/**
 * Files by id and in pages. Invariant: a user finds his own files only. An administrator finds those of the tenant, of
 * which the schema shows sizes, states and failures; contents stay with their owner.
 */

import type { FilterQuery } from '@mikro-orm/sql';
import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { z } from 'zod';
import type { FileKind, FileStatus } from '#contracts/files.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import {
  decodeCursor,
  forwardPage,
  forwardPageSize,
  type Page,
  type PageArguments,
} from '#kernel/subgraph-server/paging.ts';
import { FileEntity, type StoredFile } from '../entities.ts';

/** The files that an identity may find. */
const visible = ({ tenantId, userId, roles }: Identity): FilterQuery<StoredFile> =>
  roles.includes('ADMIN') ? { tenantId } : { tenantId, userId };

/** Files by id; null where there is none for the identity. */
export type FileLoader = DataLoader<string, StoredFile | null>;

export const createFileLoader = (database: Database, identity: Identity): FileLoader =>
  new DataLoader(async (ids) => {
    const known = ids.filter((id) => validate(id));
    const files = await database
      .forTenant(identity.tenantId)
      .find(FileEntity, { $and: [visible(identity), { id: { $in: known } }] });
    const byId = new Map(files.map((file) => [file.id, file]));
    return ids.map((id) => byId.get(id) ?? null);
  });

/** Throws NOT_FOUND unless the file is the identity's own. */
export const requireOwnFile = async (
  database: Database,
  { tenantId, userId }: Identity,
  id: string,
): Promise<StoredFile> => {
  const file = validate(id) ? await database.forTenant(tenantId).findOne(FileEntity, { tenantId, userId, id }) : null;
  if (!file) throw new AppError('NOT_FOUND', 'There is no such file.');
  return file;
};

/** Those of the files that a message of the identity may carry. */
export const findAttachable = (
  database: Database,
  { tenantId, userId }: Identity,
  ids: readonly string[],
): Promise<readonly StoredFile[]> =>
  database.forTenant(tenantId).find(FileEntity, {
    ...{ tenantId, userId, status: 'READY', purpose: 'CONTENT' },
    id: { $in: ids.filter((id) => validate(id)) },
  });

export interface FileFilter {
  readonly status?: FileStatus | null | undefined;
  readonly kind?: FileKind | null | undefined;
  /** Part of the name, in any case. */
  readonly name?: string | null | undefined;
  readonly userId?: string | null | undefined;
  /** Files of all users of the tenant. */
  readonly everybody?: boolean | null | undefined;
}

export interface FileListArguments extends PageArguments {
  readonly filter?: FileFilter | null | undefined;
}

const maxPatternLength = 255;

const namePattern = (part: string): string => {
  if (part.length > maxPatternLength) {
    throw new AppError('BAD_USER_INPUT', `"filter.name" has at most ${maxPatternLength} characters.`, {
      argument: 'filter.name',
    });
  }
  return `%${part.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
};

const conditionsOf = (identity: Identity, { filter, after }: FileListArguments): FilterQuery<StoredFile>[] => {
  const { tenantId, userId, roles } = identity;
  const owner = filter?.userId ?? userId;
  if (!validate(owner)) {
    throw new AppError('BAD_USER_INPUT', '"filter.userId" is not a UUID.', { argument: 'filter.userId' });
  }
  const everybody = filter?.everybody === true;
  if ((everybody || owner !== userId) && !roles.includes('ADMIN')) {
    throw new AppError('FORBIDDEN', 'Only administrators list the files of others.');
  }
  const conditions: FilterQuery<StoredFile>[] = [everybody ? { tenantId } : { tenantId, userId: owner }];
  if (filter?.status != null) conditions.push({ status: filter.status });
  if (filter?.kind != null) conditions.push({ kind: filter.kind });
  if (filter?.name != null) conditions.push({ name: { $ilike: namePattern(filter.name) } });
  if (after != null) conditions.push({ id: { $lt: decodeCursor(z.uuid(), after, 'after') } });
  return conditions;
};

/** Newest first. Throws BAD_USER_INPUT and FORBIDDEN. */
export const listFiles = async (
  database: Database,
  identity: Identity,
  args: FileListArguments,
): Promise<Page<StoredFile>> => {
  const size = forwardPageSize(args);
  const rows = await database
    .forTenant(identity.tenantId)
    .find(FileEntity, { $and: conditionsOf(identity, args) }, { orderBy: { id: 'desc' }, limit: size + 1 });
  return forwardPage(args, rows, ({ id }) => id);
};
