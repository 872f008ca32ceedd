/** What a model shows of its thinking, in the web client. */
import { expect, test } from 'vitest';
import { finished, openWebStand, send } from '#tests/support/web-stand.ts';
import { axeFaults } from './axe-faults.ts';

test('thinking is folded above the reply while it grows and after, and is not read aloud', async () => {
  await using web = await openWebStand();
  await using page = await web.open();
  await send(page, 'script: reasoning=60 pace=20 tokens=4');
  const thinking = page.getByRole('group').filter({ hasText: /Thinking|Thought/ });
  await thinking.getByText('Thinking…').waitFor();
  expect(await page.getByText('r0 r1').count()).toBe(0);
  await thinking.getByText('Thinking…').click();
  await thinking.getByText('r0 r1').waitFor();
  await finished(page).waitFor();
  expect(await thinking.locator('summary').textContent()).toMatch(/^Thought for \d+ sec$/);
  expect(await thinking.textContent()).toContain('r59');
  expect(await page.locator('[aria-live]').allTextContents()).not.toContainEqual(expect.stringContaining('r1'));
  expect(await axeFaults(page)).toEqual([]);
  await page.reload();
  await thinking.getByText('Thinking', { exact: true }).click();
  await thinking.getByText('r59').waitFor();
  expect(page.complaints).toEqual([]);
});
