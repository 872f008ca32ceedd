/** The GraphQL schema of safety, complete without a database: for serving it, and for printing its SDL. */
import type { GraphQLSchema } from 'graphql';
import { federationLinkUrl, mutationTypeOptions, subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { createSafetyBuilder } from './schema/builder.ts';
import { addCases } from './schema/case.ts';
import { addPolicy } from './schema/policy.ts';
import { addPolicyTypes } from './schema/policy-types.ts';
import { addScreenContent } from './schema/screen-content.ts';
import { addVerdict } from './schema/verdict.ts';

export const createSafetySchema = (): GraphQLSchema => {
  const builder = createSafetyBuilder();
  builder.mutationType(mutationTypeOptions);
  builder.subscriptionType(subscriptionTypeOptions);
  const types = addVerdict(builder);
  const policyTypes = addPolicyTypes(builder, types);
  addScreenContent(builder, types, policyTypes.pii);
  addPolicy(builder, types, policyTypes);
  addCases(builder, types);
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};
