/** Reads who is signed in: the session has the rights of the tokens, the API the role that replaces them. */
import type { ParlanceClient } from '@parlance/client';
import type { Session } from '../../session/session.ts';
import { AccountDocument } from '../generated/graphql.ts';
import type { Access } from './access.ts';

/** Throws a ParlanceError where the API refuses. */
export const readAccess = async (client: ParlanceClient, { roles, scopes }: Session): Promise<Access> => {
  const { viewer, tenant } = await client.query(AccountDocument, {});
  return {
    userId: viewer.id,
    name: viewer.email ?? viewer.id,
    tenantName: tenant.name,
    rights: new Set([...(viewer.assignedRole ? [viewer.assignedRole] : roles), ...scopes]),
  };
};
