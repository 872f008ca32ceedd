import type { SubgraphResponse } from './subgraph-response.ts';

/** Sends the body of one fetch. Rejects with an AppError. */
export type SendFetch = (subgraph: string, body: string, isMutation: boolean) => Promise<SubgraphResponse>;
