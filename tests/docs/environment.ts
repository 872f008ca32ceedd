/** Every environment variable of every process, read from the zod objects that the processes parse. */
import { z } from 'zod';
import { gatewayEnvironment } from '../../gateway/config.ts';
import { workerEnvironment } from '../../inference-workers/config.ts';
import { standaloneEnvironment } from '../../standalone/config.ts';
import { issuerEnvironment } from '../../standalone/issuer/config.ts';
import { conversationsConfig } from '../../subgraphs/conversations/config.ts';
import { knowledgeConfig } from '../../subgraphs/knowledge/config.ts';
import { modelsConfig } from '../../subgraphs/models/config.ts';
import { safetyConfig } from '../../subgraphs/safety/config.ts';
import { usageConfig } from '../../subgraphs/usage/config.ts';

export interface Variable {
  readonly name: string;
  /** Empty: none; `required`: the process does not start without it. */
  readonly byDefault: string;
  readonly description: string;
}

const isSchema = (value: unknown): value is z.ZodType => value instanceof z.ZodType;

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? '' : String(value);
};

const variableOf = (name: string, schema: z.ZodType): Variable => {
  const absent = schema.safeParse(undefined);
  const byDefault = absent.success ? (absent.data === undefined ? '' : shown(absent.data)) : 'required';
  return { name, byDefault, description: schema.description ?? '' };
};

const variablesOf = (shape: Readonly<Record<string, unknown>>): Variable[] =>
  Object.entries(shape).flatMap(([name, schema]) => (isSchema(schema) ? [variableOf(name, schema)] : []));

/** Process -> its variables. */
export const readEnvironments = (): ReadonlyMap<string, readonly Variable[]> =>
  new Map([
    ['standalone', variablesOf(standaloneEnvironment.shape)],
    ['gateway', variablesOf(gatewayEnvironment.shape)],
    ['conversations', variablesOf(conversationsConfig.shape)],
    ['models', variablesOf(modelsConfig.shape)],
    ['usage', variablesOf(usageConfig.shape)],
    ['safety', variablesOf(safetyConfig.shape)],
    ['knowledge', variablesOf(knowledgeConfig.shape)],
    ['worker', variablesOf(workerEnvironment.shape)],
    ['issuer', variablesOf(issuerEnvironment.shape)],
  ]);
