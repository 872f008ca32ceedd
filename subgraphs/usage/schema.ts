/** The subgraph's schema, whole. Needs no service: what the resolvers use comes with the context of each request. */
import type { GraphQLSchema } from 'graphql';
import { federationLinkUrl } from '#kernel/subgraph/builder.ts';
import { addAccounts } from './schema/accounts.ts';
import { createUsageBuilder } from './schema/builder.ts';
import { addCosts } from './schema/costs.ts';
import { addRoomFields } from './schema/room-fields.ts';

export const createUsageSchema = (): GraphQLSchema => {
  const usage = createUsageBuilder();
  addAccounts(usage);
  addCosts(usage);
  addRoomFields(usage);
  return usage.builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};
