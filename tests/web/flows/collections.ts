/** Collections: made, filled with documents whose states come by themselves, changed and deleted. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { finished, send, type WebPage, type WebStand } from '#tests/support/web-stand.ts';
import { axeFaults } from '../axe-faults.ts';

const manual = Buffer.from('# Pump P-20\n\nE-4711: the rotor is blocked. Turn the shaft with a 5 mm key.\n');

/** From the list of collections to a new one. */
const makeCollection = async (page: WebPage, name: string): Promise<void> => {
  await page.getByRole('link', { name: 'Collections', exact: true }).click();
  await page.getByRole('button', { name: 'New collection' }).click();
  const form = page.getByRole('dialog', { name: 'New collection' });
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  await form.getByRole('textbox', { name: 'What it is for' }).fill('Manuals of our pumps');
  await form.getByRole('button', { name: 'Make the collection' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

export const collectionFlows = (stand: () => WebStand): void => {
  test('documents are added to a new collection, and their states come without a reload', async () => {
    await using page = await stand().open();
    const name = `Manuals ${uuidv7()}`;
    await makeCollection(page, name);
    await page.getByText('Add the first document').waitFor();
    await page.locator('input[type=file]').setInputFiles([
      { name: 'pump.md', mimeType: 'text/markdown', buffer: manual },
      { name: 'torn.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Cat') },
    ]);
    const documents = page.getByRole('list', { name: 'Documents' }).getByRole('listitem');
    await documents.filter({ hasText: 'pump.md' }).getByText('Ready', { exact: true }).waitFor();
    await documents.filter({ hasText: 'pump.md' }).getByText('1 passage').waitFor();
    const torn = documents.filter({ hasText: 'torn.pdf' });
    await torn.getByText('Damaged').waitFor();
    await torn.getByText('The file is damaged, or is not what it seems to be.').waitFor();
    // A file that was added is no upload any more.
    expect(await page.getByRole('list', { name: 'Files' }).count()).toBe(0);
    await page.getByText('2 documents').waitFor();
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Remove torn.pdf' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the file' }).click();
    await torn.waitFor({ state: 'detached' });

    await page.reload();
    await documents.filter({ hasText: 'pump.md' }).getByText('Ready', { exact: true }).waitFor();
    expect(await documents.count()).toBe(1);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Collections' }).waitFor();
    expect(await page.getByRole('link', { name }).count()).toBe(0);
    expect(page.complaints).toEqual([]);
  });

  test('a reply draws on the collections of its chat, and its numbers open the passages', async () => {
    await using page = await stand().open({ viewport: { width: 360, height: 800 } });
    const name = `Pumps ${uuidv7()}`;
    await page.getByRole('button', { name: 'Show conversations' }).click();
    await makeCollection(page, name);
    await page
      .locator('input[type=file]')
      .setInputFiles([
        { name: 'pump.html', mimeType: 'text/html', buffer: Buffer.from('<h1>Pump P-21</h1><p>E-4813: no water.</p>') },
      ]);
    const documents = page.getByRole('list', { name: 'Documents' }).getByRole('listitem');
    await documents.filter({ hasText: 'pump.html' }).getByText('Ready', { exact: true }).waitFor();
    await page.goto(stand().origin);

    await page.getByRole('button', { name: 'Collections of documents' }).click();
    const dialog = page.getByRole('dialog', { name: 'Documents for the replies' });
    await dialog.getByRole('checkbox', { name }).check();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const choice = page.getByRole('button', { name: `Collections of documents: ${name}` });
    await choice.waitFor();
    await send(page, `script: text=${encodeURIComponent('There is no water [1].')}\nWhat does E-4813 mean?`);
    const reply = finished(page);
    await reply.getByRole('button', { name: 'Passage 1' }).click();
    const passages = reply.getByRole('region', { name: 'Passages of documents' });
    await passages.getByText('E-4813: no water.').waitFor();
    await passages.getByText('pump.html').waitFor();
    expect(await passages.locator('summary').evaluate((summary) => summary === document.activeElement)).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

    // The choice is the conversation's, on every device, until it is taken back.
    await page.reload();
    await choice.waitFor();
    await using other = await stand().open({ path: new URL(page.url()).pathname });
    await other.getByRole('button', { name: `Collections of documents: ${name}` }).click();
    await other.getByRole('checkbox', { name }).uncheck();
    await page.getByRole('button', { name: 'Collections of documents: Documents' }).waitFor();
    await reply.getByRole('button', { name: 'Passage 1' }).waitFor();
    expect([...page.complaints, ...other.complaints]).toEqual([]);
  });
};
