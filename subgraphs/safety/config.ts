/** The environment of the safety subgraph. */
import { z } from 'zod';
import { detectorEnvironment } from '#kernel/screening/detectors.ts';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';

export const safetyConfig = z.object({ ...subgraphEnvironment, ...detectorEnvironment });
