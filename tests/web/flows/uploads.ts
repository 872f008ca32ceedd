/** Uploads of long files in the web client. What the server does with them is tested with the SDK. */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { WebStand } from '#tests/support/web-stand.ts';

export const uploadFlows = (stand: () => WebStand): void => {
  test('an upload that a reload cut off goes on when the same file is chosen again', async () => {
    const [width, height] = [1_800, 1_800];
    const raw = { width, height, channels: 3 } as const;
    // Noise, which no format makes smaller: more than one part.
    const buffer = await sharp(randomBytes(3 * width * height), { raw })
      .png()
      .toBuffer();
    const file = { name: 'noise.png', mimeType: 'image/png', buffer };
    await using page = await stand().open();
    const released = Promise.withResolvers<void>();
    await page.route(/\.2\?/, async (route) => {
      await released.promise;
      // The one that the reload cut off is gone.
      await route.continue().catch(() => undefined);
    });
    const row = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
    const percent = Math.floor((100 * 8 * 1_048_576) / buffer.length);
    await page.locator('input[type=file]').setInputFiles(file);
    await row.getByText(`Uploading, ${percent} %`).waitFor();
    await page.reload();
    await page.locator('input[type=file]').setInputFiles(file);
    await row.getByText(`Resuming, ${percent} %`).waitFor();
    released.resolve();
    await row.getByText('Ready').waitFor();
    await page.getByRole('button', { name: 'Remove noise.png' }).click();
    expect(page.complaints).toEqual([]);
  });

  test('an import whose upload was interrupted says so, and goes on when it is resumed', async () => {
    await using page = await stand().open({ user: 'Grace' });
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Your data' }).click();
    let minutes = 0;
    await page.route('**', async (route) => {
      if (route.request().method() !== 'PUT') return route.fallback();
      // A broken connection is retried for half a minute.
      minutes += 1;
      await page.clock.setSystemTime(Date.now() + minutes * 60_000);
      return route.abort();
    });
    const file = { name: 'chats.json', mimeType: 'application/json', buffer: Buffer.from('[]') };
    await page.locator('input[type=file][accept*=zip]').setInputFiles(file);
    await page.getByText('The upload was interrupted.').waitFor();
    await page.unroute('**');
    await page.getByRole('button', { name: 'Go on uploading' }).click();
    await page.getByText(/^Imported: 0 chats/).waitFor();
    expect(await page.getByText('The upload was interrupted.').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  });
};
