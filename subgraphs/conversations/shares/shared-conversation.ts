/**
 * What whoever has the token of a share may read, without being signed in: the texts of its messages, its files if the
 * owner said so, and no name or id of a person, a tenant or an original. Invariant: each view asks anew whether the
 * share still stands, so it is gone the moment it is revoked or expires, its conversation is deleted, one of its
 * messages is blocked, or its owner is deactivated, and while its tenant forbids sharing. Gone, expired and never
 * issued look the same.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '#kernel/access/access-list.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import {
  decodeCursor,
  encodeCursor,
  forwardPageSize,
  type Page,
  type PageArguments,
  pageOf,
} from '#kernel/subgraph-server/paging.ts';
import type { Message, MessageRole } from '../entities.ts';
import { readBranch } from '../messages/branch.ts';
import { ShareEntity } from '../transfer-entities.ts';
import { hashShareToken } from './share-token.ts';
import { fileIdsOf, noFiles, type SharedFiles, type ShownFiles, showFiles } from './shared-files.ts';
import { isSharingAllowed } from './sharing-policy.ts';
import type { AnyBlocked } from './shown-verdicts.ts';

export interface SharedViewServices {
  readonly database: Database;
  readonly anyBlocked: AnyBlocked;
  readonly access: Pick<AccessList, 'admit'>;
  readonly sharedFiles: SharedFiles;
  /** Its public origin is where pictures come from; undefined where that is our own. */
  readonly blobs: Pick<Blobs, 'publicOrigin'>;
}

const viewSchema = z.object({
  id: z.string(),
  tenant_id: z.string(),
  conversation_id: z.string(),
  owner_id: z.string(),
  last_message_id: z.string(),
  message_count: z.number(),
  title: z.string().nullable(),
  created_at: z.coerce.date(),
  expires_at: z.coerce.date().nullable(),
});

/** A share that stands. Its ids are for this subgraph only. */
export interface SharedConversation {
  readonly id: string;
  readonly token: string;
  readonly owner: Identity;
  readonly withFiles: boolean;
  readonly lastMessageId: string;
  readonly messageCount: number;
  readonly title: string | null;
  readonly sharedAt: Date;
  readonly expiresAt: Date | null;
}

export interface SharedMessage extends ShownFiles {
  /** Of the share and the place in it: the original's id is not shown. */
  readonly id: string;
  readonly depth: number;
  readonly role: MessageRole;
  readonly content: string;
  readonly modelId: string | null;
  readonly createdAt: Date;
}

const isActive = (access: Pick<AccessList, 'admit'>, owner: Identity): boolean => {
  try {
    access.admit(owner);
    return true;
  } catch (fault) {
    if (fault instanceof AppError) return false;
    throw fault;
  }
};

const repliesSql = `
  select m.id, m.role, m.status
  from conversations.branch_segments(a_tenant => ?, a_tip => ?) s
  join conversations.messages m on m.tenant_id = ? and m.branch_id = s.branch_id and m.depth <= s.to_depth`;
const repliesSchema = z.array(z.object({ id: z.string(), role: z.string(), status: z.string() }));

/** Null where no share stands behind the token. Throws the fault of safety while it cannot be asked. */
export const findSharedConversation = async (
  { database, anyBlocked, access }: SharedViewServices,
  token: string,
): Promise<SharedConversation | null> => {
  const hash = hashShareToken(token);
  if (hash === undefined) return null;
  const rows = await callFunction(database, { name: 'conversations.find_share', parameters: { a_token_hash: hash } });
  const view = z.array(viewSchema).parse(rows)[0];
  if (!view) return null;
  const { tenant_id: tenantId, last_message_id: lastMessageId } = view;
  const owner: Identity = { tenantId, userId: view.owner_id, roles: ['USER'], scopes: [] };
  if (!isActive(access, owner)) return null;
  const em = database.forTenant(tenantId);
  if (!(await isSharingAllowed(em, tenantId))) return null;
  const messages = repliesSchema.parse(await em.execute(repliesSql, [tenantId, lastMessageId, tenantId]));
  // Questions are screened before they are stored.
  const replies = messages.filter(({ role }) => role === 'ASSISTANT').map(({ id }) => id);
  if (messages.some(({ status }) => status === 'BLOCKED') || (await anyBlocked(owner, replies))) {
    await em.nativeUpdate(ShareEntity, { id: view.id }, { revokedAt: new Date() });
    return null;
  }
  const { withFiles } = await em.findOneOrFail(ShareEntity, { id: view.id }, { fields: ['withFiles'] });
  return {
    ...{ id: view.id, token, owner, withFiles, lastMessageId, title: view.title },
    messageCount: view.message_count,
    sharedAt: view.created_at,
    expiresAt: view.expires_at,
  };
};

const shown = (
  shareId: string,
  { depth, role, content, modelId, createdAt }: Message,
  files: ShownFiles,
): SharedMessage => ({
  id: `${shareId}:${depth}`,
  ...{ depth, role, content, createdAt, ...files },
  modelId: modelId ?? null,
});

const depthCursor = z.int().positive();

/** A page of a share that stands, oldest message first. Throws BAD_USER_INPUT, and the fault of knowledge. */
export const readSharedMessages = async (
  { database, sharedFiles }: Pick<SharedViewServices, 'database' | 'sharedFiles'>,
  { id, token, owner, withFiles, lastMessageId, messageCount }: SharedConversation,
  args: PageArguments,
): Promise<Page<SharedMessage>> => {
  const size = forwardPageSize(args);
  const from = args.after ? decodeCursor(depthCursor, args.after, 'after') + 1 : 1;
  const to = Math.min(messageCount, from + size - 1);
  const rows = from <= to ? await readBranch(database.forTenant(owner.tenantId), lastMessageId, from, to) : [];
  const files = withFiles ? await sharedFiles.find(owner, fileIdsOf(rows)) : undefined;
  const edges = rows.map((row) => ({
    node: shown(id, row, files ? showFiles(token, owner, row, files) : noFiles),
    cursor: encodeCursor(row.depth),
  }));
  return pageOf(edges, { hasPreviousPage: args.after != null, hasNextPage: to < messageCount });
};
