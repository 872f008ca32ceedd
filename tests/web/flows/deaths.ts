/** Processes behind the web client die one after the other, and others take over. */
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { finished, running, send, type WebStand } from '#tests/support/web-stand.ts';

export const deathFlows = (stand: () => WebStand): void => {
  test('a reply goes on through the death of a gateway, of conversations and of a worker, and Stop works after them', async () => {
    await using page = await stand().open();
    const { compose } = stand();
    await send(page, 'script: tokens=400 pace=25');
    await running(page).locator('p', { hasText: 'w20' }).waitFor();
    await compose?.end('gateway', 'SIGKILL');
    await page.locator('p', { hasText: 'w120' }).waitFor();
    await compose?.end('conversations', 'SIGKILL');
    await page.locator('p', { hasText: 'w200' }).waitFor();
    await compose?.end('worker', 'SIGKILL');
    await finished(page).locator('p', { hasText: 'w399' }).waitFor({ timeout: 60_000 });
    expect((await finished(page).locator('p').first().textContent())?.trim()).toBe(textOf(400).trim());

    await page.reload();
    expect((await finished(page).locator('p').first().textContent())?.trim()).toBe(textOf(400).trim());
    await send(page, 'script: tokens=5000 pace=25');
    await running(page).locator('p', { hasText: 'w5' }).waitFor();
    await page.getByRole('button', { name: 'Stop the reply' }).click();
    await finished(page).getByText('Stopped.').waitFor();
    expect(page.complaints).toEqual([]);
  }, 180_000);
};
