/**
 * The web client in front of separate processes and two gateways, as behind a load balancer: one address, which leads
 * to the second gateway when the first is gone.
 */
import { createConnection, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { freePort } from '#tests/services/ports.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startChromium } from '#tests/support/chromium.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import { finished, openPage, running, send } from '#tests/support/web-stand.ts';

/** Carries each connection to the first of these ports that takes it. */
const openBalancer = async (port: number, targets: readonly number[]): Promise<AsyncDisposable> => {
  const server = createServer((near) => {
    const dial = (index: number): void => {
      const target = targets[index];
      if (target === undefined) {
        near.destroy();
        return;
      }
      const far = createConnection(target, '127.0.0.1');
      far.once('connect', () => {
        near.pipe(far).pipe(near);
        far.on('close', () => near.destroy());
        near.on('close', () => far.destroy());
      });
      far.on('error', () => (far.connecting || far.bytesRead > 0 ? near.destroy() : dial(index + 1)));
    };
    near.on('error', () => undefined);
    dial(0);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
};

test('a reply goes on through the death of a gateway, of conversations and of a worker, and Stop works after them', async () => {
  const [postgres, redis, rabbitmq, site] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
    sharedService('site'),
  ]);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const atOneAddress = { PUBLIC_URL: origin, SITE_DIR: site };
  await using parlance = await startCompose(
    { postgres, redis, rabbitmq },
    {
      replicas: ['gateway', 'conversations', 'worker'],
      gatewaysAskAll: true,
      environment: { gateway: atOneAddress, 'gateway-2': atOneAddress, issuer: { PUBLIC_URL: origin } },
    },
  );
  await using _balancer = await openBalancer(
    port,
    parlance.gatewayUrls.map((url) => Number(new URL(url).port)),
  );
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
