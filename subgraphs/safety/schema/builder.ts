/** The builder of this subgraph's schema, and the context of its resolvers. */
import { createSubgraphBuilder, type SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { VerdictLoader } from '../verdicts/load-verdicts.ts';
import type { ScreeningServices } from '../verdicts/record-verdict.ts';

export interface SafetyContext extends SubgraphContext, ScreeningServices {
  readonly verdicts: VerdictLoader;
}

export const createSafetyBuilder = () => createSubgraphBuilder<SafetyContext>();
export type SafetyBuilder = ReturnType<typeof createSafetyBuilder>;
