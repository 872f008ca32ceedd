/**
 * The signed URL of a file in a share. Invariant: each request for one asks anew whether the share still stands, so a
 * URL outlives its share by no more than the seconds for which it was signed.
 */
import { readBranch } from '../messages/branch.ts';
import { findSharedConversation, type SharedViewServices } from './shared-conversation.ts';

/** Seconds for which a URL holds: what a browser needs to follow it. */
const linkSeconds = 60;
/** Number of the message and of its file, as the URL of an attachment has them. */
const placeForm = /^([1-9]\d{0,3})-(\d{1,2})$/;

export interface SharedFileRequest {
  readonly token: string;
  readonly place: string;
  readonly preview: boolean;
}

/** Null where nothing is there to load. Throws the faults of safety and of knowledge while they cannot be asked. */
export const findSharedFileLink = async (
  services: SharedViewServices,
  { token, place, preview }: SharedFileRequest,
): Promise<string | null> => {
  const [, depth, index] = placeForm.exec(place) ?? [];
  if (depth === undefined || index === undefined) return null;
  const shared = await findSharedConversation(services, token);
  if (!shared?.withFiles || Number(depth) > shared.messageCount) return null;
  const { owner, lastMessageId, expiresAt } = shared;
  const em = services.database.forTenant(owner.tenantId);
  const [message] = await readBranch(em, lastMessageId, Number(depth), Number(depth));
  const attachment = message?.attachments?.[Number(index)];
  const remaining = expiresAt === null ? linkSeconds : Math.floor((expiresAt.getTime() - Date.now()) / 1000);
  if (!attachment || remaining < 1) return null;
  const seconds = Math.min(linkSeconds, remaining);
  return services.sharedFiles.link(owner, { id: attachment.fileId, preview, seconds });
};
