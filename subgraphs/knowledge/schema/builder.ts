/** The builder of this subgraph's schema, and the context of its resolvers. */
import { createSubgraphBuilder, type SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { FileServices } from '../files/file-services.ts';
import type { FileLoader } from '../files/find-files.ts';

export interface KnowledgeContext extends SubgraphContext {
  readonly services: FileServices;
  readonly files: FileLoader;
}

export const createKnowledgeBuilder = () => createSubgraphBuilder<KnowledgeContext>();
export type KnowledgeBuilder = ReturnType<typeof createKnowledgeBuilder>;
