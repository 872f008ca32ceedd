/**
 * The stores of one client. Invariant: components that show the same thing share one store, and the memory of stores
 * that nobody watches is bounded.
 */
import {
  type ConversationFilter,
  ModelsDocument,
  type ModelsQuery,
  type ParlanceClient,
  type Quota,
  RoutingPoliciesDocument,
  type RoutingPoliciesQuery,
  ViewerDocument,
  type ViewerQuery,
} from '@parlance/client';
import { type BoundedMap, createBoundedMap } from './bounded-map.ts';
import { createChangeHub } from './change-hub.ts';
import { createLiveConversation, type LiveConversation } from './conversation.ts';
import { type ConversationActions, createConversationActions } from './conversation-actions.ts';
import { type ConversationList, createConversationList } from './conversation-list.ts';
import { createMessageSearch, type MessageSearch } from './message-search.ts';
import { createQuota } from './quota.ts';
import { createReply, type Reply } from './reply.ts';
import { createResource, type Resource } from './resource.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { createTurnQueue, type TurnQueue } from './turn-queue.ts';
import { createMemoryStorage, type TurnStorage } from './turn-requests.ts';

/** A timeline, and the turns that are started in it. */
export interface OpenConversation {
  readonly timeline: Timeline;
  readonly turns: TurnQueue;
}

export interface Stores {
  readonly client: ParlanceClient;
  readonly actions: ConversationActions;
  list(filter: ConversationFilter, pageSize: number): ConversationList;
  conversation(id: string): LiveConversation;
  open(conversationId: string): OpenConversation;
  reply(messageId: string): Reply;
  createSearch(): MessageSearch;
  readonly quota: Resource<Quota>;
  readonly models: Resource<ModelsQuery['models']>;
  readonly policies: Resource<RoutingPoliciesQuery['routingPolicies']>;
  readonly viewer: Resource<ViewerQuery>;
}

/** Stores of a kind that are kept beyond those in use. */
const maxKept = 16;
/** Milliseconds for which the models, the policies and the user are taken to be as they were read. */
const staleAfterMs = 5 * 60_000;

const createResources = (client: ParlanceClient) => ({
  quota: createQuota(client),
  models: createResource({
    read: async () => (await client.query(ModelsDocument, { onlyUsable: true })).models,
    staleAfterMs,
  }),
  policies: createResource({
    read: async () => (await client.query(RoutingPoliciesDocument, {})).routingPolicies,
    staleAfterMs,
  }),
  viewer: createResource({ read: () => client.query(ViewerDocument, {}), staleAfterMs }),
});

const createStores = (client: ParlanceClient, storage: TurnStorage): Stores => {
  const hub = createChangeHub(client);
  const { actions, patches } = createConversationActions(client, hub);
  const lists = createBoundedMap<ConversationList>(
    maxKept,
    (key) => {
      const { filter, pageSize }: { filter: ConversationFilter; pageSize: number } = JSON.parse(key);
      return createConversationList({ client, hub, patches, filter, pageSize });
    },
    ({ isWatched }) => isWatched,
  );
  const conversations: BoundedMap<LiveConversation> = createBoundedMap(
    maxKept,
    (id) => createLiveConversation({ client, hub, patches, id }),
    ({ isWatched }) => isWatched,
  );
  const opened = createBoundedMap<OpenConversation>(
    maxKept,
    (conversationId) => {
      const timeline = createTimeline(client, hub, conversationId);
      return { timeline, turns: createTurnQueue({ client, timeline, conversationId, storage }) };
    },
    ({ timeline }) => timeline.isInUse,
  );
  const replies = createBoundedMap<Reply>(
    maxKept,
    (messageId) => createReply(client, messageId),
    ({ isWatched }) => isWatched,
  );
  const resources = createResources(client);
  client.onSignedIn(() => {
    for (const resource of Object.values(resources)) resource.restart();
    for (const reply of replies.values()) reply.restart();
  });
  return {
    client,
    actions,
    list: ({ archived, deleted, pinned, titleContains }, pageSize) =>
      lists.get(JSON.stringify({ filter: { archived, deleted, pinned, titleContains }, pageSize })),
    conversation: conversations.get,
    open: opened.get,
    reply: replies.get,
    createSearch: () => createMessageSearch(client),
    ...resources,
  };
};

const storesByClient = new WeakMap<ParlanceClient, Stores>();

/** @param storage counts when the stores of the client are made; in memory where there is none. */
export const storesOf = (client: ParlanceClient, storage?: TurnStorage): Stores => {
  const held = storesByClient.get(client);
  if (held) return held;
  const stores = createStores(client, storage ?? createMemoryStorage());
  storesByClient.set(client, stores);
  return stores;
};
