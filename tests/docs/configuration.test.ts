/** docs/configuration.md lists exactly the variables that the processes read, with their defaults and descriptions. */
import { expect, test } from 'vitest';
import { readDocument, rowsUnder } from '#tests/support/markdown.ts';
import { readEnvironments } from './environment.ts';

const header = ['Variable', 'Processes', 'Default', 'Description'];

/** Rows that share all but the process are one. */
const rowsOfCode = (): string[] => {
  const processes = new Map<string, string[]>();
  for (const [process, variables] of readEnvironments()) {
    for (const { name, byDefault, description } of variables) {
      const cells = [`\`${name}\``, byDefault === '' || byDefault === 'required' ? byDefault : `\`${byDefault}\``];
      const key = JSON.stringify([...cells, description.replaceAll('|', '\\|')]);
      processes.set(key, [...(processes.get(key) ?? []), process]);
    }
  }
  return [...processes].map(([key, names]) => {
    const [name, byDefault, description]: string[] = JSON.parse(key);
    return `| ${[name, names.join(', '), byDefault, description].join(' | ')} |`;
  });
};

test('every variable of every process is in the table as it is in the code, and no other', async () => {
  const rowsOfDocument = rowsUnder(await readDocument('docs/configuration.md'), header);
  const documented = rowsOfDocument.map((cells) => `| ${cells.join(' | ')} |`);
  expect(documented.toSorted()).toEqual(rowsOfCode().toSorted());
});

test('every variable has a description', () => {
  for (const [process, variables] of readEnvironments()) {
    expect(variables.length, process).toBeGreaterThan(2);
    for (const { name, description } of variables) expect(description, `${process} ${name}`).toMatch(/\.$/);
  }
});
