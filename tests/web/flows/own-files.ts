/** The page of one's own files: uploaded, found, looked at, saved, deleted, paged; in both languages, by keyboard. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { beginUpload, uploadFile } from '#tests/support/upload-file.ts';
import type { WebPage, WebStand } from '#tests/support/web-stand.ts';
import { axeFaults } from '../axe-faults.ts';

/** A picture, by the browser of a page. */
const drawPicture = async (page: WebPage): Promise<Buffer> => {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(80, 40);
    canvas.getContext('2d')?.fillRect(0, 0, 40, 40);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  return Buffer.from(bytes);
};

const filesOf = (page: Page): Locator => page.getByRole('list', { name: 'Files' });

export const ownFileFlows = (stand: () => WebStand): void => {
  test('files are uploaded, read without a reload, found by name, looked at, saved, and deleted for good', async () => {
    await using page = await stand().open();
    const mark = uuidv7().slice(-12);
    await page.getByRole('link', { name: 'Files', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
    await page.getByText(/^\d+ files? takes? .+ of .+\.$/).waitFor();
    await page.locator('input[type=file]').setInputFiles([
      { name: `notes-${mark}.md`, mimeType: 'text/markdown', buffer: Buffer.from('# Notes\nThe lamp is red.') },
      { name: `torn-${mark}.pdf`, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type') },
      { name: `shot-${mark}.png`, mimeType: 'image/png', buffer: await drawPicture(page) },
    ]);
    const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
    const notes = files.filter({ hasText: `notes-${mark}.md` });
    await notes.getByText('Ready', { exact: true }).waitFor();
    await files
      .filter({ hasText: `shot-${mark}.png` })
      .getByText('Ready', { exact: true })
      .waitFor();
    const torn = files.filter({ hasText: `torn-${mark}.pdf` });
    await torn.getByText('Damaged').waitFor();
    await torn.getByText('Open it, save it again and upload that.').waitFor();
    expect(await torn.getByRole('button', { name: /^Download/ }).count()).toBe(0);
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole('combobox', { name: 'Kind of the files' }).selectOption('Picture');
    await notes.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Show shot-${mark}.png` }).click();
    const picture = page.getByRole('dialog').getByRole('img', { name: `shot-${mark}.png` });
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(80);
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Kind of the files' }).selectOption('All kinds');

    const search = page.getByRole('searchbox', { name: 'Search by name' });
    await search.fill('no such file');
    await page.getByText('Nothing was found.').waitFor();
    await search.fill(`NOTES-${mark.toUpperCase()}`);
    await notes.waitFor();
    expect(await files.count()).toBe(1);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Download notes-${mark}.md` }).press('Enter'),
    ]);
    expect(saved.suggestedFilename()).toBe(`notes-${mark}.md`);
    expect(await readFile(await saved.path(), 'utf8')).toContain('The lamp is red.');

    await page.getByRole('button', { name: `Delete notes-${mark}.md` }).press('Enter');
    const dialog = page.getByRole('dialog', { name: `Delete “notes-${mark}.md”?` });
    await dialog.getByText('“[file deleted]”').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
    await page.getByRole('button', { name: `Delete notes-${mark}.md` }).press('Enter');
    await dialog.getByRole('button', { name: 'Delete the file' }).press('Enter');
    await notes.waitFor({ state: 'detached' });
    // The focus stays in the list, whose button has gone.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Files');
    await page.reload();
    await files.first().waitFor();
    expect(await notes.count()).toBe(0);
    expect(page.complaints).toEqual([]);
  });

  test('a file that another device uploads changes by itself, and failures are said in German on a narrow dark page', async () => {
    const viewport = { width: 360, height: 800 };
    await using page = await stand().open({ user: 'Grace', viewport, colorScheme: 'dark' });
    await page.getByRole('button', { name: 'Show conversations' }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByText('Deutsch').click();
    const grace = await stand().parlance.as('grace');
    const mark = uuidv7().slice(-12);
    await uploadFile(stand().parlance, grace, { name: `leer-${mark}.txt`, content: Buffer.from(' ') });
    const content = Buffer.from('Die Lampe ist rot.');
    const upload = await beginUpload(stand().parlance, grace, { name: `spaeter-${mark}.txt`, content });
    await page.goto(new URL('/files', stand().origin).href);
    await page.getByRole('heading', { level: 1, name: 'Dateien' }).waitFor();
    const files = page.getByRole('list', { name: 'Dateien' }).getByRole('listitem');
    const empty = files.filter({ hasText: `leer-${mark}.txt` });
    await empty.getByText('Ohne Text').waitFor();
    await empty.getByText('Die Datei enthält keinen Text.').waitFor();
    const late = files.filter({ hasText: `spaeter-${mark}.txt` });
    await late.getByText('Noch nicht hochgeladen').waitFor();
    await upload.complete();
    await late.getByText('Bereit', { exact: true }).waitFor();
    expect(await page.getByRole('main').textContent()).not.toMatch(/\b(the|file|ready|failed)\b/i);
    expect(await axeFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(page.complaints).toEqual([]);
  });

  test('what does not fit on a page is on the next one, which closes with its last file', async () => {
    const bob = await stand().parlance.as('bob');
    const name = (index: number): string => `page-${index}.txt`;
    for (let from = 0; from < 51; from += 17) {
      const fields = Array.from({ length: 17 }, (_, at) => {
        const given = `name: "${name(from + at)}", mediaType: "text/plain", byteSize: 1, sha256: "${'0'.repeat(64)}"`;
        return `f${at}: createFile(${given}) { file { id } }`;
      });
      await bob.query(z.unknown(), `mutation { ${fields.join(' ')} }`);
    }
    await using page = await stand().open({ user: 'Bob', path: '/files', ready: filesOf });
    const files = filesOf(page).getByRole('listitem');
    await expect.poll(() => files.count()).toBe(50);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('Page 2', { exact: true }).waitFor();
    await expect.poll(() => files.allTextContents()).toEqual([expect.stringContaining(name(0))]);
    await page.getByRole('button', { name: `Delete ${name(0)}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the file' }).click();
    await expect.poll(() => files.count()).toBe(50);
    expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);
    expect(page.complaints).toEqual([]);
  });
};
