/**
 * The models file (`models.yaml`): the providers and models that an installation knows before anything in a database
 * changes them. The models subgraph seeds its catalogue from it; a worker finds in it how to reach a model. Invariant:
 * a parsed file is consistent (each model's provider exists, ids are unique). Otherwise nothing is returned and the
 * faults are reported together, those between entries once each entry is valid by itself.
 */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { modelCapabilities } from '#contracts/generation-job.ts';
import { planTiers } from '#contracts/plan-tiers.ts';
import { pools } from '#contracts/pools.ts';
import { EnvironmentError } from '../config/environment.ts';

/** How a worker reaches a provider. `llama` and `demonstration` run inside the worker. */
const providerKinds = [
  'openai-compatible',
  'anthropic',
  'azure',
  'google',
  'vertex',
  'bedrock',
  'llama',
  'demonstration',
] as const;
/** Kinds without a list of models that a worker could serve: those of Azure are deployments, for example. */
const unlistedKinds: ReadonlySet<(typeof providerKinds)[number]> = new Set(['azure', 'google', 'vertex', 'bedrock']);

/** Characters of a provider's name for a model. */
const longestModelName = 128;
/** Letters and signs of any script, and spaces within; nothing that cannot be seen. */
const modelNamePattern = /^(?! )[^\p{C}\p{Zl}\p{Zp}]+(?<! )$/u;

/** Whether a provider's name for a model can be the second part of a model id: `@cf/meta/llama`, `/models/Köln 7B`. */
export const isModelName = (name: string): boolean => name.length <= longestModelName && modelNamePattern.test(name);

/** Whether a text is a model id: the name of a provider, a slash, and the provider's name for the model. */
export const isModelId = (id: string): boolean => {
  const [provider = ''] = id.split('/', 1);
  return /^[a-z0-9][a-z0-9-]*$/.test(provider) && isModelName(id.slice(provider.length + 1));
};

const decimal = z.string().regex(/^\d{1,9}(\.\d{1,12})?$/, 'write a decimal in quotes, such as "0.15"');
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use lower case letters, digits and hyphens');
const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'name an environment variable, such as OPENAI_API_KEY');

/** The terms that a listed model and a discovered one have in common. */
const terms = {
  pool: z.enum(pools).describe('Pool whose queue takes the generations of this model.'),
  contextWindow: z.int().positive().describe('Tokens of prompt and reply together.'),
  maxOutputTokens: z.int().positive().describe('Most tokens of one reply.'),
  capabilities: z.array(z.enum(modelCapabilities)).default([]),
  price: z
    .strictObject({ input: decimal, cachedInput: decimal, cacheWrite: decimal.optional(), output: decimal })
    .describe('USD per million tokens, exact decimals as strings. cacheWrite: absent where it is that of input.'),
  tiers: z.array(z.enum(planTiers)).min(1).default(['FREE', 'PRO', 'ENTERPRISE']),
};

const outputFits = (model: { contextWindow: number; maxOutputTokens: number }): boolean =>
  model.maxOutputTokens < model.contextWindow;
const outputDoesNotFit = { message: 'must be smaller than contextWindow', path: ['maxOutputTokens'] };

const providerSchema = z
  .strictObject({
    name: slug.describe('First part of the ids of its models.'),
    displayName: z.string().min(1),
    kind: z.enum(providerKinds),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address before /chat/completions or /messages.'),
    baseUrlVariable: variable
      .optional()
      .describe('Environment variable that replaces baseUrl. Its /v1 may be left out.'),
    apiKeyVariable: variable
      .optional()
      .describe('Environment variable with the key. The key itself is never in this file.'),
    settings: z
      .strictObject({
        project: variable.optional().describe('vertex: the project of Google Cloud.'),
        location: variable.optional().describe('vertex: the location, such as europe-west4 or global.'),
        credentialsFile: variable
          .optional()
          .describe("vertex: the path of a file with credentials. Not set: the machine's own."),
        region: variable.optional().describe('bedrock: the region of AWS. Without it, none of its models is served.'),
        accessKeyId: variable.optional().describe('bedrock: the access key, where there is no key of Bedrock.'),
        secretAccessKey: variable.optional().describe('bedrock: the secret of the access key.'),
        sessionToken: variable.optional().describe('bedrock: the token of temporary credentials.'),
      })
      .default({})
      .describe('Environment variables with what else a provider of this kind needs.'),
    discover: z
      .enum(['never', 'at-other-base-url', 'always'])
      .default('never')
      .describe(
        'Whether a worker asks the provider for its models at start. at-other-base-url: only where the variable is set.',
      ),
    discovered: z
      .strictObject(terms)
      .refine(outputFits, outputDoesNotFit)
      .optional()
      .describe('Terms of the models that a worker discovers and that are not listed under models.'),
  })
  .refine((provider) => provider.discover === 'never' || provider.discovered !== undefined, {
    message: 'is needed where discover is not never',
    path: ['discovered'],
  })
  .refine((provider) => provider.discover === 'never' || !unlistedKinds.has(provider.kind), {
    message: 'must be never for this kind: list the models under models',
    path: ['discover'],
  });

const modelSchema = z
  .strictObject({
    id: z.string().refine(isModelId, 'write provider/model, such as openai/gpt-4o-mini'),
    displayName: z.string().min(1),
    provider: z.string(),
    ...terms,
  })
  .refine(outputFits, outputDoesNotFit)
  .refine((model) => model.id.startsWith(`${model.provider}/`), {
    message: 'must begin with the name of the provider and a slash',
    path: ['id'],
  });

const modelsFileSchema = z
  .strictObject({ providers: z.array(providerSchema).min(1), models: z.array(modelSchema).default([]) })
  .superRefine((file, context) => {
    const names = new Set<string>();
    for (const [index, provider] of file.providers.entries()) {
      if (names.has(provider.name)) {
        context.addIssue({
          code: 'custom',
          path: ['providers', index, 'name'],
          message: `${provider.name} is listed twice`,
        });
      }
      names.add(provider.name);
    }
    const ids = new Set<string>();
    for (const [index, model] of file.models.entries()) {
      if (!names.has(model.provider)) {
        context.addIssue({
          code: 'custom',
          path: ['models', index, 'provider'],
          message: 'is not listed under providers',
        });
      }
      if (ids.has(model.id)) {
        context.addIssue({ code: 'custom', path: ['models', index, 'id'], message: `${model.id} is listed twice` });
      }
      ids.add(model.id);
    }
  });

export type ModelsFile = z.infer<typeof modelsFileSchema>;
export type CatalogueModel = ModelsFile['models'][number];
export type CatalogueProvider = ModelsFile['providers'][number];

/**
 * The models file is not usable. As with a variable, whoever starts the process has to fix it. The message lists every
 * fault with its place, one per line.
 */
class ModelsFileError extends EnvironmentError {}

/** @param source the name of the file in the message. Throws ModelsFileError. */
export const parseModelsFile = (text: string, source = 'models.yaml'): ModelsFile => {
  const fail = (lines: readonly string[]): never => {
    throw new ModelsFileError(`${source} is not usable:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  };
  const document = parseDocument(text);
  if (document.errors.length > 0) return fail(document.errors.map((error) => error.message.trimEnd()));
  const parsed = modelsFileSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  return fail(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the whole file'}: ${issue.message}`));
};

/** Throws ModelsFileError, also when the file cannot be read. */
export const readModelsFile = async (path: string): Promise<ModelsFile> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ModelsFileError(`${path} cannot be read. Set MODELS_FILE to the models file.`, { cause });
  });
  return parseModelsFile(text, path);
};

/**
 * The model with this id: as it is listed, or else with its provider's terms for discovered models. Undefined when the
 * provider is unknown or takes listed models only.
 */
export const findCatalogueModel = (file: ModelsFile, modelId: string): CatalogueModel | undefined => {
  const listed = file.models.find((model) => model.id === modelId);
  if (listed) return listed;
  const provider = file.providers.find(({ name }) => modelId.startsWith(`${name}/`));
  if (provider?.discovered === undefined) return undefined;
  const displayName = `${modelId.slice(provider.name.length + 1)} (${provider.displayName})`;
  return { id: modelId, displayName, provider: provider.name, ...provider.discovered };
};
