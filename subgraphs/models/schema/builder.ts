/** The builder of this subgraph's schema, and what each of its resolvers gets. */
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { createSubgraphBuilder, type SubgraphContext } from '#kernel/subgraph/builder.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Routing } from '../routing/route-message.ts';

export interface ModelsContext extends SubgraphContext {
  readonly database: Database;
  readonly signals: Signals;
  readonly catalogue: Catalogue;
  readonly routing: Routing;
}

export const createModelsBuilder = () => createSubgraphBuilder<ModelsContext>();
export type ModelsBuilder = ReturnType<typeof createModelsBuilder>;
