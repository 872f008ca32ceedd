/** The environment of a worker process, and the settings of providers and generations that follow from it. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { pools } from '#contracts/pools.ts';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { embeddingEnvironment } from '#kernel/embedding/embedders.ts';
import { logLevels } from '#kernel/log.ts';
import { portsEnvironment } from '#kernel/ports.ts';
import { detectorEnvironment } from '#kernel/screening/detectors.ts';
import { sealingEnvironment } from '#kernel/sealing/sealer.ts';
import { telemetryEnvironment } from '#kernel/telemetry/telemetry.ts';
import { toolHostsEnvironment } from '#kernel/tool-connections/tool-hosts.ts';
import { defaultGenerationSettings, type GenerationSettings } from './generation/generation-context.ts';
import { parseScannerUrl } from './ingestion/virus-scan.ts';
import type { ProviderSettings } from './providers/discover-models.ts';
import { defaultGraceMs } from './worker.ts';

const whole = (least: number) => z.coerce.number().int().min(least);

/** Where models come from and how they are asked; part of every process that runs a worker. */
export const modelsEnvironment = {
  ...sealingEnvironment,
  ...detectorEnvironment,
  ...embeddingEnvironment,
  MODELS_FILE: z.string().default('models.yaml').describe('The catalogue of providers and models.'),
  OPENAI_API_KEY: z.string().optional().describe('Serves the models that the models file lists under openai.'),
  OPENAI_BASE_URL: z
    .string()
    .optional()
    .describe(
      'Another OpenAI-compatible server instead of OpenAI, such as http://host:8000/v1. The worker serves the models that it lists.',
    ),
  ANTHROPIC_API_KEY: z.string().optional().describe('Serves the models that the models file lists under anthropic.'),
  ANTHROPIC_BASE_URL: z.string().optional().describe('Another address for the Anthropic API, such as a proxy.'),
  GEMINI_API_KEY: z.string().optional().describe('Serves the models that the models file lists under google.'),
  GEMINI_BASE_URL: z.string().optional().describe('Another address for the Gemini API, such as a proxy.'),
  GOOGLE_VERTEX_API_KEY: z
    .string()
    .optional()
    .describe('Serves the models that the models file lists under vertex, with a key of the express mode.'),
  GOOGLE_VERTEX_PROJECT: z
    .string()
    .optional()
    .describe('Serves them in this project of Google Cloud instead, together with GOOGLE_VERTEX_LOCATION.'),
  GOOGLE_VERTEX_LOCATION: z.string().optional().describe('Location of Vertex AI, such as europe-west4, eu or global.'),
  GOOGLE_VERTEX_BASE_URL: z.string().optional().describe('Another address for Vertex AI, up to /publishers/google.'),
  GOOGLE_APPLICATION_CREDENTIALS: z
    .string()
    .optional()
    .describe('File with the credentials for the project. Not set: those of the machine.'),
  AZURE_OPENAI_ENDPOINT: z
    .string()
    .optional()
    .describe(
      'Address of an Azure OpenAI resource, such as https://name.openai.azure.com. Its deployments are served that the models file lists under azure.',
    ),
  AZURE_OPENAI_API_KEY: z.string().optional().describe('Key of that resource.'),
  BEDROCK_REGION: z
    .string()
    .optional()
    .describe(
      'Serves the models that the models file lists under bedrock, from this region of AWS, with the key or the access keys below.',
    ),
  BEDROCK_BASE_URL: z.string().optional().describe('Another address for Bedrock, such as a VPC endpoint.'),
  AWS_BEARER_TOKEN_BEDROCK: z.string().optional().describe('Key of Amazon Bedrock.'),
  BEDROCK_ACCESS_KEY_ID: z.string().optional().describe('Access key for Bedrock, where there is no key of Bedrock.'),
  BEDROCK_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of that access key.'),
  BEDROCK_SESSION_TOKEN: z.string().optional().describe('Token of temporary access keys.'),
  OLLAMA_HOST: z.string().optional().describe('Serves every model of this Ollama, such as 127.0.0.1:11434.'),
  MODEL_PATH: z.string().optional().describe('Serves this GGUF file inside the worker, as local/<file name>.'),
  LLAMA_SEQUENCES: whole(1).default(4).describe('Generations at once with the GGUF file.'),
  LLAMA_THREADS: whole(1).optional().describe('CPU threads for the GGUF file. Not set: one for each core.'),
  LLAMA_CONTEXT_SIZE: whole(256)
    .optional()
    .describe(
      "Tokens of prompt and reply of one generation with the GGUF file. Not set: the catalogue's, at most the file's own.",
    ),
  LLAMA_GPU: z
    .enum(['off', 'auto', 'cuda', 'vulkan', 'metal'])
    .default('off')
    .describe('Whether the GGUF file runs on a GPU. Anything but off needs an installation with GPU builds.'),
  DEMONSTRATION_MODEL: z
    .stringbool({ truthy: ['on', 'true', '1', 'yes'], falsy: ['off', 'false', '0', 'no'], error: 'must be on or off' })
    .optional()
    .describe(
      'The built-in demonstration, which is no model and says so: on or off, or true or false. Not set: off where NODE_ENV is production, else on.',
    ),
  DEMONSTRATION_TOKENS_PER_SECOND: z.coerce
    .number()
    .min(0)
    .default(40)
    .describe('Pace of the demonstration; 0 for as fast as it is read.'),
  MODEL_CONNECT_TIMEOUT_MS: whole(1)
    .default(5_000)
    .describe('Milliseconds within which a connection to a provider must be open.'),
  MODEL_DISCOVERY_TIMEOUT_MS: whole(1)
    .default(3_000)
    .describe('Milliseconds within which a provider has to list its models.'),
  MODEL_DISCOVERY_EVERY_MS: whole(0)
    .default(60_000)
    .describe(
      'Milliseconds between two requests for the models of a provider such as Ollama; 0 to ask at the start only.',
    ),
  MODEL_FIRST_TOKEN_TIMEOUT_MS: whole(1)
    .default(defaultGenerationSettings.firstTokenTimeoutMs)
    .describe('Milliseconds from a request to a model until its first token.'),
  MODEL_STALL_TIMEOUT_MS: whole(1)
    .default(defaultGenerationSettings.stallTimeoutMs)
    .describe('Milliseconds without a token after which a reply counts as cut off.'),
  MODEL_RETRIES: whole(0)
    .default(defaultGenerationSettings.retries)
    .describe(
      'Times that a request to a model is repeated before the first token, after 429, 5xx and connection faults.',
    ),
  STREAM_COALESCE_MS: whole(0)
    .default(defaultGenerationSettings.coalesceMs)
    .describe(
      'Milliseconds between two ticks, which all replies of a worker share: text waits for the next one before it is sent. The first text of a reply never waits.',
    ),
  ...toolHostsEnvironment,
  WORKER_CONCURRENCY: whole(1).default(64).describe('Generations at once in each pool.'),
  SHUTDOWN_GRACE_MS: whole(0)
    .default(defaultGraceMs)
    .describe(
      'Milliseconds in which running generations may finish before they are handed over to another worker. Whatever stops workers has to wait 30 seconds longer.',
    ),
  NODE_ENV: z
    .string()
    .optional()
    .describe(
      'In production REDIS_URL and RABBITMQ_URL must be set, and the demonstration is off unless it is switched on.',
    ),
};

const poolList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim().toUpperCase()))
  .pipe(z.array(z.enum(pools)).min(1));

/** What looks at uploaded files. */
export const ingestionEnvironment = {
  INGEST_CONCURRENCY: whole(0)
    .default(1)
    .describe('Uploaded files that are read at once, each in a process of its own. 0: none.'),
  CLAMD_URL: z
    .url({ protocol: /^tcp$/ })
    .optional()
    .describe(
      'Every upload is scanned by clamd at this address, `tcp://host:3310`, and waits while it does not respond. Not set: nothing is scanned.',
    ),
};

/** How a worker of its own process reaches the documents of a tenant. */
const documentsEnvironment = {
  KNOWLEDGE_URL: z
    .url()
    .optional()
    .describe(
      'URL of the knowledge subgraph, http://host:port/graphql, where models search documents; needs IDENTITY_SECRET too. Not set: models are offered no search.',
    ),
  IDENTITY_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe('Secret that gateway and subgraphs share, with which a worker searches documents in the name of a user.'),
};

/** The variables of the worker process. */
export const workerEnvironment = z
  .object({
    ...portsEnvironment,
    ...telemetryEnvironment,
    ...modelsEnvironment,
    ...ingestionEnvironment,
    POOLS: poolList
      .optional()
      .describe('Pools to serve, separated by commas: SMALL, MEDIUM, LARGE, EXTERNAL. Not set: those of its models.'),
    ...documentsEnvironment,
    HOST: z.string().default('127.0.0.1').describe('Address on which health is served.'),
    HEALTH_PORT: whole(0).max(65_535).default(4010).describe('Port of /health/live and /health/ready.'),
    LOG_LEVEL: z
      .enum(logLevels)
      .default('info')
      .describe('Least severe log line that is written (to stderr, as JSON).'),
  })
  .refine(({ NODE_ENV, RABBITMQ_URL, REDIS_URL }) => NODE_ENV !== 'production' || (RABBITMQ_URL && REDIS_URL), {
    path: ['RABBITMQ_URL'],
    message: 'must be set in production, and REDIS_URL too: a worker on the embedded defaults reaches no other process',
  })
  .refine(({ KNOWLEDGE_URL, IDENTITY_SECRET }) => KNOWLEDGE_URL === undefined || IDENTITY_SECRET !== undefined, {
    path: ['IDENTITY_SECRET'],
    message: 'must be set where KNOWLEDGE_URL is',
  });

const modelsConfig = z.object(modelsEnvironment);
export type ModelsConfig = z.infer<typeof modelsConfig>;
export type WorkerConfig = z.infer<typeof workerEnvironment>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Throws EnvironmentError with all faults. */
export const readWorkerConfig = (environment: Environment): WorkerConfig =>
  parseEnvironment(workerEnvironment, environment);

/** @param environment all of it: the models file may name further variables with keys and addresses. */
export const providerSettings = (config: ModelsConfig, environment: Environment): ProviderSettings => {
  const demonstrates = config.DEMONSTRATION_MODEL ?? config.NODE_ENV !== 'production';
  return {
    environment,
    connectTimeoutMs: config.MODEL_CONNECT_TIMEOUT_MS,
    discoveryTimeoutMs: config.MODEL_DISCOVERY_TIMEOUT_MS,
    discoveryEveryMs: config.MODEL_DISCOVERY_EVERY_MS,
    demonstrationTokensPerSecond: demonstrates ? config.DEMONSTRATION_TOKENS_PER_SECOND : undefined,
    llama:
      config.MODEL_PATH === undefined
        ? undefined
        : {
            modelPath: resolve(config.MODEL_PATH),
            sequences: config.LLAMA_SEQUENCES,
            threads: config.LLAMA_THREADS,
            contextSize: config.LLAMA_CONTEXT_SIZE,
            gpu: config.LLAMA_GPU,
          },
  };
};

const ingestionConfig = z.object(ingestionEnvironment);

export const ingestionSettings = ({ INGEST_CONCURRENCY, CLAMD_URL }: z.infer<typeof ingestionConfig>) => ({
  concurrency: INGEST_CONCURRENCY,
  scanner: CLAMD_URL === undefined ? undefined : parseScannerUrl(CLAMD_URL),
});

export const generationSettings = (config: ModelsConfig): Partial<GenerationSettings> => ({
  coalesceMs: config.STREAM_COALESCE_MS,
  firstTokenTimeoutMs: config.MODEL_FIRST_TOKEN_TIMEOUT_MS,
  stallTimeoutMs: config.MODEL_STALL_TIMEOUT_MS,
  retries: config.MODEL_RETRIES,
  privateToolHosts: config.TOOL_PRIVATE_HOSTS,
});
