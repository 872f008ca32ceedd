/** The worker's connections to knowledge, in a process of its own. */
import { createIdentitySigner } from '#kernel/identity.ts';
import { createSubgraphClient, type SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

export interface KnowledgeAddress {
  readonly KNOWLEDGE_URL?: string | undefined;
  readonly IDENTITY_SECRET?: string | undefined;
}

/** Undefined where no address is set. The caller closes it. */
export const openKnowledgeClient = ({
  KNOWLEDGE_URL,
  IDENTITY_SECRET,
}: KnowledgeAddress): SubgraphClient | undefined =>
  KNOWLEDGE_URL === undefined || IDENTITY_SECRET === undefined
    ? undefined
    : createSubgraphClient('inference-workers', KNOWLEDGE_URL, createIdentitySigner(IDENTITY_SECRET));
