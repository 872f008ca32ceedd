/** What the operations of our own clients cost a gateway, with the largest pages: a newcomer copies them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { fragmentsOf } from '../../gateway/documents/fragments.ts';
import { checkOperation, defaultMaxCost, defaultOperationLimits } from '../../gateway/limits/operation-limits.ts';
import { createSchemaGeneration } from '../../gateway/supergraph/schema-generation.ts';

const largestPage = 200;
const limits = { ...defaultOperationLimits, maxCost: defaultMaxCost };

const readDefinitions = async (directory: string) => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.graphql'));
  return Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
};

test('an operation of our clients stays within the cost that an operation may have, whatever page it asks for', async () => {
  const { schema, costWeights: weights } = createSchemaGeneration(await readFile('supergraph.graphql', 'utf8'));
  const texts = await Promise.all(['client/sdk/operations', 'client/web/admin/operations'].map(readDefinitions));
  const { definitions } = parse(texts.flat().join('\n'));
  const operations = definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  expect(operations.length).toBeGreaterThan(50);
  const variables = { first: largestPage, last: largestPage };
  const subject = { schema, fragments: fragmentsOf(definitions), variables, weights };
  for (const operation of operations) checkOperation({ ...subject, operation }, limits);
});
