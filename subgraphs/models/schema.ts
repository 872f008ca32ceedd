/** The GraphQL schema of models, complete without a database: for serving it, and for printing its SDL. */
import type { GraphQLSchema } from 'graphql';
import { federationLinkUrl, mutationTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { createModelsBuilder } from './schema/builder.ts';
import { addCatalogueMutations } from './schema/catalogue-mutations.ts';
import { addExplainRoute } from './schema/explain-route.ts';
import { addMcpServers } from './schema/mcp-server.ts';
import { addModel } from './schema/model.ts';
import { addModelHealthChanged } from './schema/model-health-changed.ts';
import { addModelsChanged } from './schema/models-changed.ts';
import { addPolicyRule } from './schema/policy-rule.ts';
import { addReplyCaches } from './schema/reply-caches.ts';
import { addRouteMessage } from './schema/route-message.ts';
import { addRoutingPolicies } from './schema/routing-policy.ts';
import { addTools } from './schema/tool.ts';
import { addToolApproval } from './schema/tool-approval.ts';

export const createModelsSchema = (): GraphQLSchema => {
  const builder = createModelsBuilder();
  builder.mutationType(mutationTypeOptions);
  const types = addModel(builder);
  const ruleTypes = addPolicyRule(builder, types);
  addRouteMessage(builder, { ...types, ...ruleTypes });
  const policyTypes = addRoutingPolicies(builder, types, ruleTypes);
  addExplainRoute(builder, { ...types, ...ruleTypes, ...policyTypes });
  addReplyCaches(builder);
  const approval = addToolApproval(builder);
  addTools(builder, approval);
  addMcpServers(builder, approval);
  addCatalogueMutations(builder, types);
  addModelHealthChanged(builder, types);
  addModelsChanged(builder, types);
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};
