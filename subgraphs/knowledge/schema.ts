/** The GraphQL schema of knowledge, complete without a database: for serving it, and for printing its SDL. */
import type { GraphQLSchema } from 'graphql';
import { federationLinkUrl, mutationTypeOptions, subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { createKnowledgeBuilder } from './schema/builder.ts';
import { addFileTypes } from './schema/file-types.ts';
import { addFiles } from './schema/files.ts';
import { addInternalFields } from './schema/internal-fields.ts';
import { addStorage } from './schema/storage.ts';

export const createKnowledgeSchema = (): GraphQLSchema => {
  const builder = createKnowledgeBuilder();
  builder.mutationType(mutationTypeOptions);
  builder.subscriptionType(subscriptionTypeOptions);
  const types = addFileTypes(builder);
  addFiles(builder, types);
  addInternalFields(builder, types);
  addStorage(builder, types);
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};
