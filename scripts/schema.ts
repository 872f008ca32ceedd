/**
 * `npm run schema`: prints each subgraph's SDL, composes the supergraph, and writes both where they are committed. `npm
 * run schema -- --check` writes nothing and fails when a committed file is not current, when composition fails, or when
 * the public schema breaks what schema/public.graphql promises without a line in schema/breaking-changes.txt. `npm run
 * schema -- --release` makes today's public schema the promise.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { printSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { withDeferDirective } from '../gateway/supergraph/defer-directive.ts';
import { createConversationsSchema } from '../subgraphs/conversations/schema.ts';
import { createKnowledgeSchema } from '../subgraphs/knowledge/schema.ts';
import { createModelsSchema } from '../subgraphs/models/schema.ts';
import { createSafetySchema } from '../subgraphs/safety/schema.ts';
import { createUsageSchema } from '../subgraphs/usage/schema.ts';
import { undeclaredBreakingChanges } from './breaking-changes.ts';

const root = join(import.meta.dirname, '..');
const publicFile = 'schema/public.graphql';
const breakingFile = 'schema/breaking-changes.txt';
const supergraphFile = 'supergraph.graphql';

const schemas: Readonly<Record<string, () => GraphQLSchema>> = {
  conversations: createConversationsSchema,
  models: createModelsSchema,
  usage: createUsageSchema,
  safety: createSafetySchema,
  knowledge: createKnowledgeSchema,
};

const supergraphYaml = z.object({
  federation_version: z.string(),
  subgraphs: z.record(z.string(), z.object({ routing_url: z.url(), schema: z.object({ file: z.string() }) })),
});

const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8').catch(() => '');

const { values: flags } = parseArgs({ options: { check: { type: 'boolean' }, release: { type: 'boolean' } } });
const faults: string[] = [];

const write = async (file: string, text: string): Promise<void> => {
  if (!flags.check) return writeFile(join(root, file), text);
  if ((await read(file)) !== text) faults.push(`${file} is not current. Run: npm run schema`);
};

const { subgraphs } = supergraphYaml.parse(parseYaml(await read('supergraph.yaml')));
const services = [];
for (const [name, { routing_url: url, schema }] of Object.entries(subgraphs)) {
  const create = schemas[name];
  if (!create) throw new Error(`supergraph.yaml names ${name}, which scripts/schema.ts does not know.`);
  const sdl = `${printSubgraphSchema(create()).trim()}\n`;
  await write(schema.file, sdl);
  services.push({ name, url, typeDefs: parse(sdl) });
}

const composed = composeServices(services);
if (composed.errors) {
  process.stderr.write(
    `The subgraphs do not compose:\n${composed.errors.map((error) => `  ${error.message}`).join('\n')}\n`,
  );
  process.exit(1);
}
await write(supergraphFile, `${composed.supergraphSdl.trim()}\n`);

const apiSchema = withDeferDirective(Supergraph.build(composed.supergraphSdl).apiSchema().toGraphQLJSSchema());
const publicSdl = `${printSchema(lexicographicSortSchema(apiSchema)).trim()}\n`;
const promised = await read(publicFile);
if (flags.release || promised === '') {
  await writeFile(join(root, publicFile), publicSdl);
} else {
  for (const change of undeclaredBreakingChanges(promised, publicSdl, await read(breakingFile))) {
    faults.push(`Breaking change of the public schema: ${change}\n    Undo it, or add this line to ${breakingFile}.`);
  }
}

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length === 0 ? 0 : 1);
