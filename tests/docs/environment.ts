/**
 * Every environment variable of every process, read from the zod objects that the processes parse. The standalone's and the issuer's own
 * variables are read from the text of their files, because these do not hand their objects out.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { databaseEnvironment } from '#kernel/database/open-database.ts';
import { portsEnvironment } from '#kernel/ports.ts';
import { gatewayEnvironment } from '../../gateway/config.ts';
import { modelsEnvironment, workerEnvironment } from '../../inference-workers/config.ts';
import { conversationsConfig, conversationsEnvironment } from '../../subgraphs/conversations/config.ts';
import { modelsConfig } from '../../subgraphs/models/config.ts';
import { safetyConfig } from '../../subgraphs/safety/config.ts';
import { usageConfig, usageOwnEnvironment } from '../../subgraphs/usage/config.ts';
import { root } from './markdown.ts';

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

/** The value of a literal in TypeScript, as text. */
const literal = (text: string): string => (text.startsWith("'") ? text.slice(1, -1) : text.replaceAll('_', ''));

/** `NAME: z....default(value)....describe('text')` in the text of a file. */
const variablesInText = async (file: string): Promise<Variable[]> => {
  const text = await readFile(join(root, file), 'utf8');
  const entries = text.matchAll(/^ +([A-Z][A-Z0-9_]*): z\b(.*?)\.describe\(\s*(['"])(.*?)\3,?\s*\)/gms);
  return [...entries].map(([, name = '', chain = '', , description = '']) => {
    const [, value] = chain.match(/\.default\(([^)]*)\)/) ?? [];
    const absent = chain.includes('.optional()') ? '' : 'required';
    return { name, byDefault: value === undefined ? absent : literal(value), description };
  });
};

/** The later ones replace the earlier ones, as spreads do. */
const merged = (...lists: readonly Variable[][]): Variable[] => [
  ...new Map(lists.flat().map((variable) => [variable.name, variable])).values(),
];

/** Process -> its variables. */
export const readEnvironments = async (): Promise<ReadonlyMap<string, readonly Variable[]>> =>
  new Map([
    [
      'standalone',
      merged(
        variablesOf(portsEnvironment),
        variablesOf(databaseEnvironment),
        variablesOf(modelsEnvironment),
        variablesOf(conversationsEnvironment),
        variablesOf(usageOwnEnvironment),
        await variablesInText('standalone/config.ts'),
      ),
    ],
    ['gateway', variablesOf(gatewayEnvironment.shape)],
    ['conversations', variablesOf(conversationsConfig.shape)],
    ['models', variablesOf(modelsConfig.shape)],
    ['usage', variablesOf(usageConfig.shape)],
    ['safety', variablesOf(safetyConfig.shape)],
    ['worker', variablesOf(workerEnvironment.shape)],
    ['issuer', await variablesInText('standalone/issuer/main.ts')],
  ]);
