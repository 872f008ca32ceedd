/** Files in the web client: chosen, dropped and pasted, sent with a question, and shown again after a reload. */
import { expect, test } from 'vitest';
import { finished, send, type WebStand } from '#tests/support/web-stand.ts';

export const fileFlows = (stand: () => WebStand): void => {
  test('files are attached, one is taken away, the others go with the question and are shown again', async () => {
    await using page = await stand().open();
    const input = page.locator('input[type=file]');
    await input.setInputFiles([
      { name: 'terms.md', mimeType: 'text/markdown', buffer: Buffer.from('# Terms\nThe code is E-4712.') },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from(' ') },
    ]);
    const list = page.getByRole('list', { name: 'Files' });
    const files = list.getByRole('listitem');
    await files.filter({ hasText: 'terms.md' }).getByText('Ready').waitFor();
    await files.filter({ hasText: 'empty.txt' }).getByText('has no text').waitFor();
    await page.getByRole('button', { name: 'Remove empty.txt' }).click();
    // A picture that is pasted, as from a screenshot.
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(80, 40);
      canvas.getContext('2d')?.fillRect(0, 0, 40, 40);
      const data = new DataTransfer();
      data.items.add(new File([await canvas.convertToBlob()], 'shot.png', { type: 'image/png' }));
      const box = document.querySelector('textarea');
      box?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await files.filter({ hasText: 'shot.png' }).getByText('Ready').waitFor();
    expect(await files.count()).toBe(2);
    // Without the picture, because the model of this stand does not see.
    await page.getByRole('button', { name: 'Remove shot.png' }).click();
    await send(page, 'script: tokens=9');
    await finished(page).waitFor();
    const asked = stand().parlance.provider.requests.findLast(({ body }) =>
      body.messages.at(-1)?.content?.endsWith('script: tokens=9'),
    );
    expect(asked?.body.messages.at(-1)?.content).toContain('E-4712');
    await page.getByRole('article').getByText('terms.md').waitFor();
    await page.reload();
    await page.getByRole('article').getByText('terms.md').waitFor();
    expect(page.complaints).toEqual([]);
  });

  test('a picture that is dropped goes with the question to a model that sees, and is shown again', async () => {
    await using page = await stand().open();
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(80, 40);
      canvas.getContext('2d')?.fillRect(0, 0, 40, 40);
      const data = new DataTransfer();
      data.items.add(new File([await canvas.convertToBlob()], 'half.png', { type: 'image/png' }));
      const form = document.querySelector('textarea')?.closest('form');
      form?.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
      form?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
    await files.filter({ hasText: 'half.png' }).getByText('Ready').waitFor();
    await page.getByRole('button', { name: 'Choose a model' }).click();
    await page.getByRole('menuitemradio', { name: 'GPT-4o mini' }).click();
    await send(page, 'script: tokens=4');
    await finished(page).waitFor();
    const preview = page.getByRole('article').getByRole('img', { name: 'half.png' });
    const widthOf = () => preview.evaluate((image: HTMLImageElement) => image.naturalWidth);
    await preview.waitFor();
    await expect.poll(widthOf).toBe(80);
    await page.reload();
    await preview.waitFor();
    await expect.poll(widthOf).toBe(80);
    const asked = stand().parlance.provider.requests.findLast(
      ({ body }) => body.messages.at(-1)?.pictures?.length === 1,
    );
    expect(asked?.body.model).toBe('gpt-4o-mini');
    expect(page.complaints).toEqual([]);
  });
};
