/** The web client in front of separate processes and two gateways, which die one after the other. */
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startChromium } from '#tests/support/chromium.ts';
import { startTwoGateways } from '#tests/support/two-gateways.ts';
import { finished, openPage, running, send } from '#tests/support/web-stand.ts';

test('a reply goes on through the death of a gateway, of conversations and of a worker, and Stop works after them', async () => {
  await using gateways = await startTwoGateways(await sharedService('site'));
  const { parlance, origin } = gateways;
  const browser = await startChromium();
  await using page = await openPage(browser, origin);

  await send(page, 'script: tokens=400 pace=25');
  await running(page).locator('p', { hasText: 'w20' }).waitFor();
  await parlance.end('gateway', 'SIGKILL');
  await page.locator('p', { hasText: 'w120' }).waitFor();
  await parlance.end('conversations', 'SIGKILL');
  await page.locator('p', { hasText: 'w200' }).waitFor();
  await parlance.end('worker', 'SIGKILL');
  await finished(page).locator('p', { hasText: 'w399' }).waitFor({ timeout: 60_000 });
  expect((await finished(page).locator('p').first().textContent())?.trim()).toBe(textOf(400).trim());

  await page.reload();
  expect((await finished(page).locator('p').first().textContent())?.trim()).toBe(textOf(400).trim());
  await send(page, 'script: tokens=5000 pace=25');
  await running(page).locator('p', { hasText: 'w5' }).waitFor();
  await page.getByRole('button', { name: 'Stop the reply' }).click();
  await finished(page).getByText('Stopped.').waitFor();
  expect(page.complaints).toEqual([]);
  await browser.close();
}, 180_000);
