/** The GraphQL schema of usage, complete without a database: for serving it, and for printing its SDL. */
import type { GraphQLSchema } from 'graphql';
import { federationLinkUrl } from '#kernel/subgraph-server/builder.ts';
import { addAccounts } from './schema/accounts.ts';
import { addAdministration } from './schema/administration.ts';
import { addApiKeys } from './schema/api-keys.ts';
import { createUsageBuilder } from './schema/builder.ts';
import { addCosts } from './schema/costs.ts';
import { addInternalFields } from './schema/internal-fields.ts';
import { addQuotaChanged } from './schema/quota-changed.ts';
import { addReport } from './schema/report.ts';
import { addSessions } from './schema/sessions.ts';
import { addTenantUsageChanged } from './schema/tenant-usage-changed.ts';

export const createUsageSchema = (): GraphQLSchema => {
  const usage = createUsageBuilder();
  const accounts = addAccounts(usage);
  const costs = addCosts(usage);
  addReport(usage, accounts, costs);
  addAdministration(usage, accounts);
  addApiKeys(usage, accounts);
  addSessions(usage);
  addInternalFields(usage);
  addQuotaChanged(usage, accounts);
  addTenantUsageChanged(usage, accounts);
  return usage.builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};
