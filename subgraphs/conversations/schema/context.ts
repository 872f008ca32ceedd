/**
 * What the resolvers of this subgraph get: the caller, the subgraph's services, and loaders that live for one request.
 */
import type { Identity } from '#contracts/identity.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { ConversationServices } from '../conversations/create-conversation.ts';
import type { ExportRequestServices } from '../exports/request-export.ts';
import type { FindKnowledgeNode } from '../files/knowledge-nodes.ts';
import type { ImportRequestServices } from '../imports/request-import.ts';
import type { StopServices } from '../replies/stop-generation.ts';
import type { ShareServices } from '../shares/share-conversation.ts';
import type { SharedViewServices } from '../shares/shared-conversation.ts';
import type { AwaitServices } from '../streams/await-message.ts';
import type { StreamServices } from '../streams/message-stream.ts';
import type { DecideServices } from '../tool-calls/decide-tool-call.ts';
import type { FindAttachments } from '../turns/find-attachments.ts';
import type { TurnServices } from '../turns/start-turn.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the use cases of this subgraph need, together. */
export interface ConversationsServices
  extends ConversationServices,
    TurnServices,
    StreamServices,
    AwaitServices,
    DecideServices,
    StopServices,
    ShareServices,
    SharedViewServices,
    ExportRequestServices,
    ImportRequestServices {
  readonly blobs: Pick<Blobs, 'signDownload' | 'publicOrigin'>;
  readonly findAttachments: FindAttachments;
  readonly findKnowledgeNode: FindKnowledgeNode;
}

export interface ConversationsContext extends SubgraphContext {
  readonly services: ConversationsServices;
  /** What was loaded for one request, or for one event of a subscription. */
  loaders: Loaders;
}

export const createContext = (services: ConversationsServices, identity: Identity): ConversationsContext => ({
  identity,
  services,
  loaders: createLoaders(services, identity),
});

/** Call for each event of a subscription: what was loaded for an earlier event may have changed since. */
export const forgetLoaded = (context: ConversationsContext): void => {
  context.loaders = createLoaders(context.services, context.identity);
};
