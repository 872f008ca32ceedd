/** The builder of this subgraph's schema, and what each of its resolvers gets. */
import { createSubgraphBuilder, type SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { CatalogueServices } from '../catalogue/change-catalogue.ts';
import type { RoutingPolicy } from '../entities.ts';
import type { Routing } from '../routing/route-message.ts';

export interface ModelsContext extends SubgraphContext, CatalogueServices {
  readonly routing: Routing;
  /** By name, as the database has them now. */
  readonly tenantPolicies: (tenantId: string) => Promise<readonly RoutingPolicy[]>;
}

export const createModelsBuilder = () => createSubgraphBuilder<ModelsContext>();
export type ModelsBuilder = ReturnType<typeof createModelsBuilder>;
