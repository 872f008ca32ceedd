/** The environment of the knowledge subgraph. */
import { z } from 'zod';
import { embeddingEnvironment } from '#kernel/embedding/embedders.ts';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';
import { rerankEnvironment } from './search/reranker.ts';

/** Variables of every process that opens this subgraph. */
export const knowledgeEnvironment = {
  UPLOAD_URL_SECONDS: z.coerce
    .number()
    .int()
    .positive()
    .max(86_400)
    .default(3_600)
    .describe(
      'Seconds for which the URLs of uploads hold. A file whose last URL has ended and that was not uploaded is forgotten.',
    ),
  DOWNLOAD_URL_SECONDS: z.coerce
    .number()
    .int()
    .positive()
    .max(86_400)
    .default(300)
    .describe('Seconds for which the URLs of downloads and previews hold.'),
  ...embeddingEnvironment,
  ...rerankEnvironment,
};

export const knowledgeConfig = z.object({
  ...subgraphEnvironment,
  ...knowledgeEnvironment,
  MODELS_FILE: z.string().default('models.yaml').describe('The catalogue of providers and models.'),
  USAGE_URL: z
    .url({ protocol: /^https?$/ })
    .describe('URL of the usage subgraph, http://host:port/graphql, which has the plan of each tenant.'),
});
export type KnowledgeConfig = z.infer<typeof knowledgeConfig>;
