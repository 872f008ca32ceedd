/** The context of a request to a fixture, for resolvers that send nothing. */
import type { Identity } from '#contracts/identity.ts';
import { type Fixture, logger } from '../conversations.fixture.ts';
import type { StreamServices } from '../streams/message-stream.ts';
import { type ConversationsContext, createContext } from './context.ts';

const sendsNothing = (): never => {
  throw new Error('this context sends nothing');
};
const unused = async (): Promise<never> => sendsNothing();

export const contextOf = (
  { database, signals, broker }: Fixture,
  streams: StreamServices,
  identity: Identity,
): ConversationsContext => {
  const relay = { publish: unused, publishLater: unused, sweep: unused, [Symbol.asyncDispose]: unused };
  const changes = { announce: () => undefined };
  const admission = { admit: unused, extend: unused, release: unused };
  const stops = { soon: () => undefined };
  const limits = { maxContentLength: 1, maxStoredBytes: 1, stopReplies: unused, replyCache: { withdraw: unused } };
  const screening = { message: unused, instructions: unused };
  const curatedReplies = { addTo: unused };
  const sharedFiles = { find: unused, link: unused };
  const shares = { anyBlocked: unused, access: { admit: sendsNothing }, sharedFiles };
  const transfers = {
    transfers: { wake: sendsNothing },
    blobs: { signDownload: unused, publicOrigin: undefined },
    files: { find: unused },
  };
  const findAttachments = unused;
  const findKnowledgeNode = async () => null;
  const replies = { curatedReplies, retrievePassages: unused, findAttachments, findKnowledgeNode };
  const turns = { admission, screening, ...replies, placeReply: sendsNothing, relay, changes };
  return createContext(
    { ...{ database, logger, signals, broker, stops }, ...streams, ...turns, ...limits, ...shares, ...transfers },
    identity,
  );
};
