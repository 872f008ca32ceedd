import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContenders } from '#tests/federation/contenders.ts';
import { createFaults } from '#tests/federation/faults.ts';
import { generateOperation } from '#tests/federation/generated-operation.ts';
import { graphTexts } from '#tests/federation/graphs.ts';
import { joinParts } from '#tests/federation/parts.ts';

const documents = 300;

test.each(Object.entries(graphTexts))(
  'the deferred parts of any operation over the graph %s add up to the whole result',
  async (_, texts) => {
    const contenders = createContenders(texts);
    let inParts = 0;
    const property = fc.asyncProperty(
      fc.array(fc.nat(999), { maxLength: 60, size: 'max' }),
      fc.nat(),
      async (tape, seed) => {
        const operation = generateOperation(contenders.schema, tape);
        fc.pre(operation !== undefined);
        const planned = contenders.plan(operation);
        const faults = createFaults('slow', seed, contenders.world);
        const result = await planned.inParts(seed, operation.variables, faults);
        if (!result) return;
        const { data, parts } = await joinParts(result);
        if (parts > 0) inParts += 1;
        const monolith = await planned.monolith(operation.variables, createFaults('none', seed, contenders.world));
        expect(data).toEqual(JSON.parse(JSON.stringify(monolith.data)));
        expect(result.first.errors).toBe(undefined);
      },
    );
    await fc.assert(property, { numRuns: documents, seed: 20261123 });
    expect(inParts).toBeGreaterThan(documents / 4);
  },
  300_000,
);
