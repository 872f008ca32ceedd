import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { type Contenders, createContenders } from '#tests/federation/contenders.ts';
import { createFaults, type FaultMode } from '#tests/federation/faults.ts';
import { generateOperation } from '#tests/federation/generated-operation.ts';
import { graphTexts } from '#tests/federation/graphs.ts';

/** Times three graphs and three modes: 10,800 operations. */
const documents = 1200;
/** A different seed generates different operations. A failure prints its seed. */
const seed = 20261123;

/** Faults that a single schema can have too: the result must equal the monolith's byte for byte. */
const everywhere: readonly FaultMode[] = ['leaves', 'errors', 'slow'];
/** Faults that only a distributed system has: the data must equal that of executeQueryPlan in @apollo/gateway. */
const distributed: readonly FaultMode[] = ['entities', 'short', 'down', 'refusing', 'everything'];

const normal = (data: unknown): unknown => JSON.parse(JSON.stringify(data ?? null));
const sameData = (one: unknown, other: unknown): boolean => isDeepStrictEqual(normal(one), normal(other));

/** Whether an error's path leads to null or passes through one. */
const leadsToNull = (data: unknown, path: readonly (string | number)[] = []): boolean => {
  let value: unknown = data;
  for (const element of path) {
    if (value === null || value === undefined) return true;
    value =
      typeof value === 'object' ? new Map<unknown, unknown>(Object.entries(value)).get(String(element)) : undefined;
  }
  return value === null || value === undefined || typeof value === 'object';
};

const pathsOf = (errors: readonly GraphQLError[] = []): string[] => errors.map(({ path }) => (path ?? []).join('/'));

/**
 * Where one subgraph knows entities by their interface alone, another subgraph resolves their type. A null there that
 * propagates up to the entity takes the type with it, while a single schema still knows it.
 */
const mayLoseTypes = (graph: string, mode: FaultMode): boolean => graph === 'library' && mode === 'errors';

/** @returns whether Apollo's executor served as a reference. */
const check = async (
  graph: string,
  contenders: Contenders,
  tape: readonly number[],
  seed: number,
): Promise<boolean> => {
  const operation = generateOperation(contenders.schema, tape);
  fc.pre(operation !== undefined);
  const { variables } = operation;
  const planned = contenders.plan(operation);
  const faultsOf = (mode: FaultMode) => createFaults(mode, seed, contenders.world);

  const ours = await planned.ours(variables, faultsOf('none'));
  const monolith = await planned.monolith(variables, faultsOf('none'));
  expect(JSON.stringify(ours)).toBe(JSON.stringify(monolith));

  const shared = everywhere[seed % everywhere.length] ?? 'leaves';
  const ourShared = await planned.ours(variables, faultsOf(shared));
  if (!mayLoseTypes(graph, shared)) {
    const theirs = await planned.monolith(variables, faultsOf(shared));
    expect(JSON.stringify(ourShared.data)).toBe(JSON.stringify(theirs.data));
    expect(pathsOf(ourShared.errors).length > 0).toBe((theirs.errors ?? []).length > 0);
  }
  for (const { path } of ourShared.errors ?? []) expect(leadsToNull(ourShared.data, path)).toBe(true);

  const mode = distributed[seed % distributed.length] ?? 'down';
  const ourFaulty = await planned.ours(variables, faultsOf(mode));
  const apolloWell = await planned.apollo(variables, faultsOf('none'))?.catch(() => undefined);
  // A result that Apollo's executor gets wrong without faults is no reference (the tests of planner faults cover
  // these).
  if (!apolloWell || apolloWell.errors || !sameData(apolloWell.data, monolith.data)) return false;
  const apollo = await planned.apollo(variables, faultsOf(mode))?.catch(() => undefined);
  // Apollo's executor discards the whole result when a value has the wrong type.
  if (apollo?.data === undefined) return false;
  expect(normal(ourFaulty.data)).toEqual(normal(apollo.data));
  if ((apollo.errors ?? []).length > 0) expect(ourFaulty.errors ?? []).not.toEqual([]);
  return true;
};

test.each(Object.keys(graphTexts))(
  'executes any operation over the graph %s as one schema would',
  async (graph) => {
    const texts = Object.entries(graphTexts).find(([name]) => name === graph)?.[1];
    if (!texts) throw new Error(graph);
    const contenders = createContenders(texts);
    let measuredByApollo = 0;
    const property = fc.asyncProperty(
      fc.array(fc.nat(999), { maxLength: 60, size: 'max' }),
      fc.nat(),
      async (tape, faultSeed) => {
        if (await check(graph, contenders, tape, faultSeed)) measuredByApollo += 1;
      },
    );
    await fc.assert(property, { numRuns: documents, seed });
    expect(measuredByApollo).toBeGreaterThan(documents / 2);
  },
  300_000,
);
