/** The builder of this subgraph, and the types that others own and this one only names by key. */
import {
  createSubgraphBuilder,
  mutationTypeOptions,
  subscriptionTypeOptions,
} from '#kernel/subgraph-server/builder.ts';
import type { ConversationsContext } from './context.ts';

export const builder = createSubgraphBuilder<ConversationsContext>();

/** usage owns users. */
export const UserRef = builder.externalRef('User', builder.selection<{ id: string }>('id')).implement({
  externalFields: (t) => ({ id: t.id() }),
});

/** models owns models. */
export const ModelRef = builder.externalRef('Model', builder.selection<{ id: string }>('id')).implement({
  externalFields: (t) => ({ id: t.id() }),
});

builder.mutationType(mutationTypeOptions);
builder.subscriptionType(subscriptionTypeOptions);
