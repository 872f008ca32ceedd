/**
 * The rules of all languages against texts that people labelled: what threatens, speaks of self-harm or hates, and what
 * only sounds like it, such as songs, news, fiction and questions to a doctor or about a computer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { screenText } from './screen-text.ts';
import { actionFor, decideAction, defaultThresholds } from './thresholds.ts';

const folder = join(import.meta.dirname, 'labelled-texts');
const texts = z.array(z.string());
const fileSchema = z.strictObject({ THREAT: texts, SELF_HARM: texts, HATE: texts, HARMLESS: texts });
const languages = readdirSync(folder).map((file) => ({
  language: file.replace('.yaml', ''),
  ...fileSchema.parse(parse(readFileSync(join(folder, file), 'utf8'))),
}));

test('seven languages have such texts', () => {
  expect(languages.map(({ language }) => language)).toEqual(['de', 'es', 'fr', 'it', 'nl', 'pl', 'pt']);
});

for (const { language, HARMLESS, ...labelled } of languages) {
  for (const category of ['THREAT', 'SELF_HARM', 'HATE'] as const) {
    test.each(labelled[category])(`${language} ${category}: %s`, async (text) => {
      const found = (await screenText(text, 'OUTPUT')).filter(
        (score) => actionFor(score, defaultThresholds) !== 'ALLOW',
      );
      expect(found.map((score) => score.category)).toContain(category);
      expect((await screenText(text.toUpperCase(), 'INPUT')).map((score) => score.category)).toContain(category);
    });
  }
  test(`${language}: of harmless texts none is blocked and at most one in fifteen is flagged`, async () => {
    const actions = await Promise.all(
      HARMLESS.map(async (text) => ({
        text,
        action: decideAction(await screenText(text, 'INPUT'), defaultThresholds),
      })),
    );
    expect(actions.filter(({ action }) => action === 'BLOCK')).toEqual([]);
    expect(HARMLESS.length).toBeGreaterThanOrEqual(15);
    const flagged = actions.filter(({ action }) => action === 'FLAG');
    expect(flagged.length / HARMLESS.length, JSON.stringify(flagged)).toBeLessThanOrEqual(1 / 15);
  });
}

test('the labelled texts of one language are no finding in another one that they are not', async () => {
  const all = languages.flatMap(({ HARMLESS }) => HARMLESS);
  const wrong = [];
  for (const text of all) {
    if (decideAction(await screenText(text, 'OUTPUT'), defaultThresholds) !== 'ALLOW') wrong.push(text);
  }
  expect(wrong.length / all.length, JSON.stringify(wrong)).toBeLessThanOrEqual(0.02);
});
