/** Collections: made, filled with documents whose states come by themselves, changed and deleted. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { finished, send, type WebPage, type WebStand } from '#tests/support/web-stand.ts';
import { pdfOf, pdfText } from '../../../inference-workers/ingestion/sample-files.fixture.ts';
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
    await page.getByText('Search index').click();
    await page.getByText(/^Passages are embedded by .+, in vectors of \d+ numbers\.$/).waitFor();
    await page.getByText('There is no other model.').waitFor();
    await page.getByRole('button', { name: 'Try again what has failed' }).click();
    await page.getByText('Done. The list shows what is indexed again.').waitFor();
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
    await page.locator('input[type=file]').setInputFiles([
      {
        name: 'pump.pdf',
        mimeType: 'application/pdf',
        buffer: pdfOf([pdfText('Pump P-21'), pdfText('E-4813: no water.')]),
      },
    ]);
    const documents = page.getByRole('list', { name: 'Documents' }).getByRole('listitem');
    await documents.filter({ hasText: 'pump.pdf' }).getByText('Ready', { exact: true }).waitFor();
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
    await passages.getByText('pump.pdf').waitFor();
    await passages.getByText('page 2').waitFor();
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

  test('files are dropped on a collection and pasted into it, and one that is not wanted is cancelled', async () => {
    await using page = await stand().open();
    await makeCollection(page, `Dropped ${uuidv7()}`);
    const give = (kind: 'drop' | 'paste', name: string, text: string) =>
      page.evaluate(
        ([event, fileName, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([content], fileName, { type: 'text/plain' }));
          const target = document.querySelector('ul[aria-label="Documents"]') ?? document.body;
          const options = { bubbles: true, cancelable: true };
          if (event === 'drop') target.dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: data }));
          else document.body.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
        },
        [kind, name, text] as const,
      );
    await give('drop', 'dropped.txt', 'The archive is in the cellar.');
    await give('paste', 'pasted.txt', 'The key is under the mat.');
    const documents = page.getByRole('list', { name: 'Documents' }).getByRole('listitem');
    for (const name of ['dropped.txt', 'pasted.txt']) {
      await documents.filter({ hasText: name }).getByText('Ready', { exact: true }).waitFor();
    }
    // One that is not taken is offered again; one whose bytes are still on their way is cancelled.
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('AddDocuments') ? route.abort() : route.fallback(),
    );
    await give('drop', 'late.txt', 'The lamp is in the hall.');
    const uploads = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
    await uploads.filter({ hasText: 'late.txt' }).getByText('The server could not be reached.').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Upload late.txt again' }).click();
    await documents.filter({ hasText: 'late.txt' }).getByText('Ready', { exact: true }).waitFor();
    await page.route('**', (route) => (route.request().method() === 'PUT' ? undefined : route.fallback()));
    // Three are uploaded at a time, and the next one waits for its turn.
    const unwanted = [1, 2, 3, 4].map((number) => `unwanted-${number}.txt`);
    for (const name of unwanted) await give('drop', name, `Nobody needs ${name}.`);
    await uploads.getByText('Uploading, 0 %').nth(2).waitFor();
    expect(await uploads.filter({ hasText: 'unwanted-4.txt' }).getByText('Waiting').count()).toBe(1);
    await page.getByRole('button', { name: 'Remove unwanted-1.txt' }).click();
    await uploads.filter({ hasText: 'unwanted-4.txt' }).getByText('Uploading, 0 %').waitFor();
    for (const name of unwanted.slice(1)) await page.getByRole('button', { name: `Remove ${name}` }).click();
    expect(await documents.count()).toBe(3);
    expect(await uploads.count()).toBe(0);
    expect(page.complaints).toEqual([]);
  });

  test('a collection is read by those whom it lists, who are offered nothing that they may not do', async () => {
    const name = `Rules ${uuidv7()}`;
    await using page = await stand().open();
    await makeCollection(page, name);
    const address = new URL(page.url()).pathname;
    await using grace = await stand().open({ user: 'Grace', viewport: { width: 360, height: 800 } });
    await grace.getByRole('button', { name: 'Show conversations' }).click();
    await grace.getByRole('button', { name: 'Settings' }).click();
    await grace.getByText('Deutsch').click();
    await grace.goto(new URL(address, stand().origin).href);
    await grace.getByRole('heading', { name: 'Diese Sammlung gibt es nicht' }).waitFor();

    await page.getByRole('button', { name: 'Change' }).click();
    const form = page.getByRole('dialog', { name: 'Change' });
    await form.getByRole('radio', { name: 'Its owner and the people listed' }).check();
    const field = form.getByLabel('E-mail address');
    await field.fill('nobody@acme.example');
    await field.press('Enter');
    await form.getByText('Nobody in your organization has this address.').waitFor();
    await field.fill('Grace@acme.example');
    await field.press('Enter');
    await form.getByRole('button', { name: 'Remove grace@acme.example' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Its owner and the people listed').waitFor();

    await grace.getByRole('link', { name: 'Alle Sammlungen' }).first().click();
    await grace.getByRole('link', { name }).click();
    await grace.getByText('Sie dürfen diese Sammlung lesen').waitFor();
    await grace.getByText('von ada@acme.example').waitFor();
    // Beside the way to the list, which a narrow page needs.
    expect(await grace.getByRole('main').getByRole('button').count()).toBe(1);
    expect(await axeFaults(grace)).toEqual([]);
    // Her page shows what Ada adds, as it comes.
    await page
      .locator('input[type=file]')
      .setInputFiles([{ name: 'rules.md', mimeType: 'text/markdown', buffer: Buffer.from('# Rules\nBe kind.') }]);
    const document = grace.getByRole('listitem').filter({ hasText: 'rules.md' });
    await document.getByText('Bereit').waitFor();
    expect(await document.getByRole('button').count()).toBe(0);
    // What is deleted is gone for her too.
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await grace.getByRole('heading', { name: 'Diese Sammlung gibt es nicht' }).waitFor();
    expect([...page.complaints, ...grace.complaints]).toEqual([]);
  });
};
