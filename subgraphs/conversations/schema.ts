/** The executable schema of this subgraph. Needs no service: it is also what the committed SDL is printed from. */
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql';
import { federationLinkUrl } from '#kernel/subgraph-server/builder.ts';
import { builder } from './schema/builder.ts';
import './schema/message-type.ts';
import './schema/conversation-type.ts';
import './schema/message-events.ts';
import './schema/queries.ts';
import './schema/awaited-replies.ts';
import './schema/conversation-mutations.ts';
import './schema/turn-mutations.ts';
import './schema/subscriptions.ts';

/** Tells the gateway that it may open the subscription again after `extensions.cursor` of the last event it delivered. */
const resumable = new GraphQLDirective({
  name: 'resumable',
  description:
    'The gateway resumes this subscription by itself: it passes the last extensions.cursor in the named argument.',
  args: { argument: { type: new GraphQLNonNull(GraphQLString) } },
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/** Tells the gateway that equal subscriptions of its audience may follow one here. */
const broadcast = new GraphQLDirective({
  name: 'broadcast',
  description:
    'Events depend neither on when they were asked for nor, within the audience (EVERYBODY, TENANT or IDENTITY), on who asked.',
  args: { audience: { type: new GraphQLNonNull(GraphQLString) } },
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/** Composed directives need specifications of their own to link to. */
const links = [
  { url: 'https://parlance.dev/resumable/v1.0', import: ['@resumable'] },
  { url: 'https://parlance.dev/broadcast/v1.0', import: ['@broadcast'] },
];

export const createConversationsSchema = (): GraphQLSchema =>
  builder.toSubGraphSchema({
    linkUrl: federationLinkUrl,
    // With those of the specification: what is named here is all that the schema knows.
    directives: [...specifiedDirectives, resumable, broadcast],
    composeDirectives: ['@resumable', '@broadcast'],
    schemaDirectives: { link: links },
  });
