/** The builder of this subgraph's schema. */
import { createSubgraphBuilder } from '#kernel/subgraph-server/builder.ts';
import type { ConversationsContext } from './context.ts';

export const createConversationsBuilder = () => createSubgraphBuilder<ConversationsContext>();
export type ConversationsBuilder = ReturnType<typeof createConversationsBuilder>;
/** What the fields of an input type are built with. */
export type InputFields = Parameters<Parameters<ConversationsBuilder['inputType']>[1]['fields']>[0];
