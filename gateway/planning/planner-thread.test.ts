import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { compose, graphTexts } from '#tests/federation/graphs.ts';
import { createRecordedLog } from '../fixtures/recorded-log.fixture.ts';
import { createSchemaGeneration } from '../supergraph/schema-generation.ts';
import { createPlannerThread } from './planner-thread.ts';
import { faultsOf } from './validation.ts';

const logger = createLogger('gateway', 'silent');
const generation = createSchemaGeneration(compose(graphTexts.shop));
const text = '{ products { brand { reviewCount } } }';

test('validates and plans as the gateway’s own thread does, for one schema and the next', async () => {
  await using thread = createPlannerThread({ logger });
  const { outcome } = await thread.ask(generation, { kind: 'plan', text, isInParts: false });
  expect(outcome).toEqual({ kind: 'plan', node: generation.plan(parse(text), undefined) });
  const wrong = '{\n  products { nothing }\n}';
  const validated = await thread.ask(createSchemaGeneration(`${generation.sdl}\n`), { kind: 'validate', text: wrong });
  const faults = faultsOf(generation.schema, parse(wrong));
  expect(faults).toMatchObject([{ message: expect.stringContaining('nothing'), positions: [15] }]);
  expect(validated.outcome).toEqual({ kind: 'faults', faults });
});

test('a fault of the planner’s own is the outcome of its task, and the thread goes on', async () => {
  const { logger: recording, errors } = createRecordedLog();
  await using thread = createPlannerThread({ logger: recording });
  // No composition would leave users without a subgraph that resolves them.
  const sdl = generation.sdl.replace(
    /(type User[^{]*@join__type\(graph: ACCOUNTS, key: "id")\)/,
    '$1, resolvable: false)',
  );
  const impossible = '{ search(text: "a") { ... on Note { author { name } } } }';
  const task = { kind: 'plan', text: impossible, isInParts: false } as const;
  const { outcome } = await thread.ask(createSchemaGeneration(sdl), task);
  expect(outcome).toMatchObject({ kind: 'failed', fault: { message: expect.stringContaining('options for name') } });
  const next = await thread.ask(generation, { kind: 'plan', text, isInParts: false });
  expect(next.outcome.kind).toBe('plan');
  expect(errors()).toEqual([]);
});

test('aborts a task that takes too long, and only that one', async () => {
  await using thread = createPlannerThread({ logger, deadlineMs: 1 });
  for (let round = 0; round < 2; round += 1) {
    await expect(thread.ask(generation, { kind: 'plan', text, isInParts: false })).rejects.toMatchObject({
      code: 'OPERATION_TOO_COMPLEX',
    });
  }
});

test('aborts the running task when it is closed, and starts no other', async () => {
  const thread = createPlannerThread({ logger });
  const running = thread.ask(generation, { kind: 'plan', text, isInParts: false });
  const refused = expect(running).rejects.toMatchObject({ code: 'OVERLOADED' });
  await thread[Symbol.asyncDispose]();
  await refused;
  await expect(thread.ask(generation, { kind: 'plan', text, isInParts: false })).rejects.toMatchObject({
    code: 'OVERLOADED',
  });
});
