/** The GraphQL schema of models, complete without a database: for serving it, and for printing its SDL. */
import type { GraphQLSchema } from 'graphql';
import { federationLinkUrl } from '#kernel/subgraph/builder.ts';
import { createModelsBuilder } from './schema/builder.ts';
import { addModel } from './schema/model.ts';
import { addRouteMessage } from './schema/route-message.ts';

export const createModelsSchema = (): GraphQLSchema => {
  const builder = createModelsBuilder();
  const types = addModel(builder);
  addRouteMessage(builder, types);
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};
