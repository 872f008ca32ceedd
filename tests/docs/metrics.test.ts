/**
 * docs/operator.md lists exactly the metrics that the code declares, each in the file metrics.ts of what is measured.
 */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { declaredInstruments } from '#kernel/telemetry/instruments.ts';
import { readDocument, root, rowsUnder } from '#tests/support/markdown.ts';

const loadAll = async (): Promise<number> => {
  let files = 0;
  for await (const file of glob('{kernel,gateway,inference-workers,subgraphs}/**/metrics.ts', { cwd: root })) {
    await import(pathToFileURL(join(root, file)).href);
    files += 1;
  }
  return files;
};

test('every metric is in the table with its type, labels and meaning, and no other', async () => {
  expect(await loadAll()).toBeGreaterThan(4);
  const documented = rowsUnder(await readDocument('docs/operator.md'), ['Metric', 'Type', 'Labels', 'Meaning']);
  const declared = declaredInstruments().map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  const lines = (rows: readonly (readonly string[])[]) => rows.map((cells) => `| ${cells.join(' | ')} |`).toSorted();
  expect(lines(documented)).toEqual(lines(declared));
});

test('names say what they are, and labels name nobody', async () => {
  await loadAll();
  for (const { name, type, labels, help } of declaredInstruments()) {
    expect(name).toMatch(/^parlance_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name.endsWith('_seconds'), name).toBe(type === 'histogram');
    expect(help, name).toMatch(/\.$/);
    expect(labels.filter((label) => /tenant|user|conversation|message|_id$/.test(label))).toEqual([]);
  }
});
