/** What the model gets in place of older messages, in the web client. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { smallWindows } from '#tests/support/small-windows.ts';
import { finished, openWebStand, send } from '#tests/support/web-stand.ts';
import { axeFaults } from './axe-faults.ts';

test('a line behind the messages that are summarised opens to the summary, in the reader’s language', async () => {
  await using directory = await createDirectory();
  const MODELS_FILE = join(directory.path, 'models.yaml');
  await writeFile(MODELS_FILE, smallWindows);
  await using web = await openWebStand({ environment: { MODELS_FILE } });
  await using page = await web.open();
  for (const index of [1, 2, 3, 4]) {
    await send(
      page,
      `script: tokens=3 pace=30 usage=no\nRemember fact-${index}. ${'lorem ipsum dolor sit '.repeat(88)}`,
    );
    await finished(page)
      .nth(index - 1)
      .waitFor();
  }
  const line = page.getByRole('group').filter({ hasText: 'Earlier messages are summarised for the model' });
  await line.waitFor();
  // Behind the second reply, before the third question.
  const before = await line.evaluate((details) => details.previousElementSibling?.textContent);
  expect(before).toContain('w0 w1 w2');
  expect(await line.evaluate((details) => details.nextElementSibling?.textContent)).toContain('fact-3');
  expect(await page.getByText('The user said').count()).toBe(0);
  await line.locator('summary').click();
  await line.getByText('In place of the first 4 messages, the model gets this:').waitFor();
  await line.getByText('The user said fact-1 fact-2').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.keyboard.press('Control+/');
  await page.getByRole('button', { name: 'General' }).click();
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await page.keyboard.press('Escape');
  await page.getByText('Frühere Nachrichten sind für das Modell zusammengefasst').waitFor();
  expect(page.complaints).toEqual([]);
});
