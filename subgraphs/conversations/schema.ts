/** The GraphQL schema of conversations, complete without a database: for serving it, and for printing its SDL. */
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql';
import { federationLinkUrl, mutationTypeOptions, subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { addAwaitedReplies } from './schema/awaited-replies.ts';
import { createConversationsBuilder } from './schema/builder.ts';
import { addConversationMutations } from './schema/conversation-mutations.ts';
import { addConversationType } from './schema/conversation-type.ts';
import { addExportType } from './schema/export-type.ts';
import { addImportType } from './schema/import-type.ts';
import { addMessageEvents } from './schema/message-events.ts';
import { addMessageType } from './schema/message-type.ts';
import { addNode } from './schema/node.ts';
import { addQueries } from './schema/queries.ts';
import { addShareType } from './schema/share-type.ts';
import { addSharedConversation } from './schema/shared-conversation-type.ts';
import { addSubscriptions } from './schema/subscriptions.ts';
import { addSummaryType } from './schema/summary-type.ts';
import { addToolCallType } from './schema/tool-call-type.ts';
import { addToolCalls } from './schema/tool-calls.ts';
import { addTurnMutations } from './schema/turn-mutations.ts';
import { createTypes } from './schema/types.ts';

/** Permits the gateway to reopen the subscription after `extensions.cursor` of the last event that it delivered. */
const resumable = new GraphQLDirective({
  name: 'resumable',
  description:
    'The gateway resumes this subscription by itself: it passes the last extensions.cursor in the named argument.',
  args: { argument: { type: new GraphQLNonNull(GraphQLString) } },
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/** Permits the gateway to serve equal subscriptions of an audience from one subscription here. */
const broadcast = new GraphQLDirective({
  name: 'broadcast',
  description:
    'Events depend neither on when a client subscribed nor, within the audience (EVERYBODY, TENANT or IDENTITY), on which client subscribed.',
  args: { audience: { type: new GraphQLNonNull(GraphQLString) } },
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/** The one place that says of a field that it needs no sign-in: the gateway admits what has this directive. */
const isPublic = new GraphQLDirective({
  name: 'public',
  description: 'The gateway admits requests for this field of Query without a sign-in, within a rate for each address.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/** Federation requires that composed directives link to specifications. */
const links = [
  { url: 'https://parlance.dev/resumable/v1.0', import: ['@resumable'] },
  { url: 'https://parlance.dev/broadcast/v1.0', import: ['@broadcast'] },
  { url: 'https://parlance.dev/public/v1.0', import: ['@public'] },
];

export const createConversationsSchema = (): GraphQLSchema => {
  const builder = createConversationsBuilder();
  builder.mutationType(mutationTypeOptions);
  builder.subscriptionType(subscriptionTypeOptions);
  const types = createTypes(builder);
  const toolCallEnums = addToolCallType(builder, types);
  addToolCalls(builder, types, toolCallEnums);
  const messageEnums = addMessageType(builder, types);
  addSummaryType(builder, types);
  addConversationType(builder, types);
  addShareType(builder, types);
  addSharedConversation(builder, messageEnums);
  addImportType(builder, types, addExportType(builder, types));
  const messageEvent = addMessageEvents(builder, types);
  addQueries(builder, types);
  addNode(builder, types);
  addAwaitedReplies(builder);
  addConversationMutations(builder, types);
  addTurnMutations(builder, { ...types, ...messageEnums });
  addSubscriptions(builder, types, messageEvent);
  return builder.toSubGraphSchema({
    linkUrl: federationLinkUrl,
    // The schema knows only the directives listed here, so the specified ones must be among them.
    directives: [...specifiedDirectives, resumable, broadcast, isPublic],
    composeDirectives: ['@resumable', '@broadcast', '@public'],
    schemaDirectives: { link: links },
  });
};
