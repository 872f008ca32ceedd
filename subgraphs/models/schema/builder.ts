/** The builder of this subgraph's schema, and the context of its resolvers. */
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { createSubgraphBuilder, type SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { CatalogueServices } from '../catalogue/change-catalogue.ts';
import type { PriceHistory } from '../catalogue/price-history.ts';
import type { McpServices } from '../mcp/pin-tools.ts';
import type { Routing } from '../routing/route-message.ts';

export interface ModelsContext extends SubgraphContext, CatalogueServices {
  readonly routing: Routing;
  /** Most characters of a text to explain a route for (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
  readonly prices: PriceHistory;
  readonly mcp: McpServices;
  /** Of the secrets of tools. */
  readonly sealer: Sealer;
}

export const createModelsBuilder = () => createSubgraphBuilder<ModelsContext>();
export type ModelsBuilder = ReturnType<typeof createModelsBuilder>;
