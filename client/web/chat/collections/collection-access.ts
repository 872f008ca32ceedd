/** Who may do what with a collection, as the server decides it, so that nothing is offered that it would refuse. */
import type { CollectionState } from '@parlance/client';
import type { Session } from '../../session/session.ts';

/** Its owner changes it, and administrators do where it is not private. */
export const mayChange = (session: Session | undefined, { owner, access }: CollectionState): boolean =>
  session !== undefined && (owner.id === session.userId || (session.roles.includes('ADMIN') && access !== 'PRIVATE'));
