import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findCatalogueModel, isModelId, parseModelsFile, readModelsFile } from './models-file.ts';

const shipped = fileURLToPath(new URL('../../models.yaml', import.meta.url));

test('the shipped models file is usable and ends with the demonstration', async () => {
  const file = await readModelsFile(shipped);
  expect(file.models.at(-1)).toMatchObject({ id: 'parlance/demonstration', tiers: ['FREE', 'PRO', 'ENTERPRISE'] });
  expect(file.models.find(({ id }) => id === 'openai/gpt-4o-mini')?.price.output).toBe('0.60');
});

test("a model that a worker discovers has its provider's terms, and an unknown provider has none", async () => {
  const file = await readModelsFile(shipped);
  expect(findCatalogueModel(file, 'ollama/llama3.2:1b')).toMatchObject({
    displayName: 'llama3.2:1b (Ollama)',
    pool: 'MEDIUM',
    contextWindow: 8192,
  });
  expect(findCatalogueModel(file, 'anthropic/claude-99')).toBeUndefined();
  expect(findCatalogueModel(file, 'nobody/model')).toBeUndefined();
});

test('an id has any name that can be seen', () => {
  const names = [
    'gpt-4o-mini',
    'llama3.2:1b',
    '/models/llama',
    '@cf/meta/llama',
    'My Model 7B',
    'модель',
    `${'x'.repeat(128)}`,
  ];
  for (const name of names) expect(isModelId(`ollama/${name}`)).toBe(true);
  const others = ['', ' x', 'x ', 'a\nb', 'a\0b', 'a\u200bb', 'a\u2028b', '\ud800', 'x'.repeat(129)];
  for (const name of others) expect(isModelId(`ollama/${name}`)).toBe(false);
  for (const id of ['gpt-4o-mini', '/x', 'Ollama/x', 'ollama']) expect(isModelId(id)).toBe(false);
});

test('all faults are reported together, each with its place', () => {
  const text = `
providers:
  - { name: a, displayName: A, kind: openai-compatible, discover: always }
  - { name: a, displayName: A, kind: telepathy }
models:
  - { id: b/x, displayName: X, provider: a, pool: HUGE, contextWindow: 10, maxOutputTokens: 1, price: { input: 1, cachedInput: "0", output: "0" } }
`;
  expect(() => parseModelsFile(text, 'mine.yaml')).toThrow(
    /^mine\.yaml is not usable:.*providers\.1\.kind.*models\.0\.pool.*models\.0\.price\.input/s,
  );
});

test('faults between entries are reported: duplicate names, unknown providers, ids of another provider', () => {
  const model = (id: string, provider: string, max: number) =>
    `  - { id: ${id}, displayName: X, provider: ${provider}, pool: SMALL, contextWindow: 10, maxOutputTokens: ${max}, price: { input: "1", cachedInput: "0", output: "0" } }`;
  const providers = 'providers:\n  - { name: a, displayName: A, kind: llama }\n';
  const twice = `${providers}  - { name: a, displayName: A, kind: llama }\nmodels:\n${model('a/x', 'a', 1)}\n${model('a/x', 'a', 1)}\n${model('c/x', 'c', 1)}`;
  expect(() => parseModelsFile(twice)).toThrow(/a is listed twice.*a\/x is listed twice.*models\.2\.provider/s);
  expect(() => parseModelsFile(`${providers}models:\n${model('b/x', 'a', 10)}`)).toThrow(
    /models\.0\.maxOutputTokens: must be smaller.*models\.0\.id: must begin/s,
  );
});

test('text that is not YAML is refused with its line, and a missing file with the variable to set', async () => {
  expect(() => parseModelsFile('providers: [')).toThrow(/at line 1/);
  await expect(readModelsFile('/nowhere/models.yaml')).rejects.toThrow(/Set MODELS_FILE/);
});
