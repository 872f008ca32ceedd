/** Fetches from a subgraph that knows entities by their interface alone (`@interfaceObject`). */
import type { PlanNode } from '@apollo/query-planner';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createContenders } from '#tests/federation/contenders.ts';
import { createFaults } from '#tests/federation/faults.ts';
import { compose, graphTexts } from '#tests/federation/graphs.ts';
import { createSchemaGeneration } from './schema-generation.ts';

const generation = createSchemaGeneration(compose(graphTexts.library));

/** The texts of the entity fetches from `ratings`, with the types whose representations are sent. */
const fetchesIn = (query: string): readonly (readonly [types: string, text: string])[] => {
  const fetches: [string, string][] = [];
  const walk = (node: PlanNode | undefined): void => {
    if (node?.kind === 'Flatten') walk(node.node);
    if (node?.kind === 'Sequence' || node?.kind === 'Parallel') for (const child of node.nodes) walk(child);
    if (node?.kind !== 'Fetch' || node.serviceName !== 'ratings' || !node.requires) return;
    const types = node.requires.map((one) => (one.kind === 'InlineFragment' ? (one.typeCondition ?? '') : one.name));
    const [head = '', selected = ''] = node.operation.split('{_entities(representations:$representations){');
    fetches.push([[...new Set(types)].join(), `${head.replace(/.*\$representations:\[_Any!\]!/, '')}${selected}`]);
  };
  const plan = generation.plan(parse(query), undefined);
  if (plan?.kind !== 'Subscription') walk(plan);
  return fetches;
};

test('a field that is selected on one type is fetched for that type alone', () => {
  expect(fetchesIn('{ media { ... on Film { stars } ... on Book { votes } } }')).toEqual([
    ['Film', ')...on Media{stars}}}'],
    ['Book', ')...on Media{votes}}}'],
  ]);
});

test('fields that are selected on all types are one fetch, also through fragments and type by type', () => {
  expect(fetchesIn('{ media { ... on Film { stars } votes } }')).toEqual([
    ['Media,Film', ')...on Media{votes}}}'],
    ['Film', ')...on Media{stars}}}'],
  ]);
  const all = '{ media { ...F ... on Book { votes stars } } } fragment F on Film { stars ... { votes } }';
  expect(fetchesIn(all)).toEqual([['Film,Book', ')...on Media{stars votes}}}']]);
  expect(fetchesIn('{ media { ... on Film { stars votes } } }')).toEqual([['Film', ')...on Media{stars votes}}}']]);
});

test('a fetch has the variables of its own fields and no others', () => {
  const query = 'query ($min: Int) { media { ... on Film { few: votes(min: $min) } ... on Book { stars } } }';
  expect(fetchesIn(query)).toEqual([
    ['Film', '$min:Int)...on Media{few:votes(min:$min)}}}'],
    ['Book', ')...on Media{stars}}}'],
  ]);
});

test('an error in a field of one type does not affect the others', async () => {
  const contenders = createContenders(graphTexts.library);
  const query = '{ media { __typename ... on Film { stars comments { text } } ... on Book { votes thick } pages } }';
  const planned = contenders.plan({ text: query, document: parse(query), variables: {} });
  let failed = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const ours = await planned.ours({}, createFaults('errors', seed, contenders.world));
    const monolith = await planned.monolith({}, createFaults('errors', seed, contenders.world));
    expect(JSON.stringify(ours.data)).toBe(JSON.stringify(monolith.data));
    expect(ours.errors === undefined).toBe(monolith.errors === undefined);
    failed += monolith.errors ? 1 : 0;
  }
  expect(failed).toBeGreaterThan(5);
});
