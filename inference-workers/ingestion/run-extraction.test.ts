/** Files that ask for more memory or time than there is end within their bounds, and this process goes on. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { runExtraction } from './run-extraction.ts';
import { docxOf, pdfBomb, pdfOf, pdfText, zipOf } from './sample-files.fixture.ts';

const megabyte = 1_048_576;
const limits = { pages: 1_000, characters: 1_000_000 };
const open = new AbortController().signal;

const enough = { memoryBytes: 400 * megabyte, timeMs: 30_000, clockMs: 120_000 };

/** @param content undefined for a file that never comes to its end: a pipe into which nobody writes */
const run = async (content: Buffer | undefined, signal = open, bounds = enough) => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'upload');
  if (content === undefined) execFileSync('mkfifo', [path]);
  else await writeFile(path, content);
  const task = { path, directory: directory.path, name: 'a', declaredType: '', limits };
  return await runExtraction(task, signal, bounds);
};

const hugeText = `<w:p><w:r><w:t>${'a'.repeat(300 * megabyte)}</w:t></w:r></w:p>`;
const wordTypes =
  '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const hugeDocument = Buffer.from(`<w:document xmlns:w="w"><w:body>${hugeText}</w:body></w:document>`);

test.each([
  ['a document that unpacks to 300 MB', () => docxOf(hugeText)],
  [
    'one that claims to unpack to 1 kB',
    () =>
      zipOf([
        { name: '[Content_Types].xml', content: wordTypes },
        { name: 'word/document.xml', content: hugeDocument, claimedSize: 1_000 },
      ]),
  ],
  ['a PDF whose page unpacks to 700 MB', () => pdfBomb(700)],
])('%s ends, and the worker lives', async (_, make) => {
  const bomb = make();
  expect(bomb.length).toBeLessThan(2 * megabyte);
  await expect(run(bomb)).rejects.toMatchObject({ code: expect.stringMatching(/^(TOO_LARGE|DAMAGED)$/) });
  expect(await run(pdfOf([pdfText('still here')]))).toMatchObject({ pageCount: 1, textLength: 10 });
});

test('the process is ended when its memory or its time is over, and when its job is lost', async () => {
  const pdf = pdfOf([pdfText('x')]);
  const tooLarge = { code: 'TOO_LARGE' };
  await expect(run(pdf, open, { ...enough, memoryBytes: megabyte })).rejects.toMatchObject(tooLarge);
  await expect(run(pdf, open, { ...enough, timeMs: 1 })).rejects.toMatchObject(tooLarge);
  await expect(run(undefined, open, { ...enough, clockMs: 100 })).rejects.toMatchObject(tooLarge);
  const lost = new AbortController();
  const running = run(undefined, lost.signal).catch((fault: unknown) => fault);
  const children = (): string =>
    execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  await expect.poll(children, { timeout: 20_000 }).toContain('extraction/main.ts');
  lost.abort(new Error('the delivery is lost'));
  expect(await running).toMatchObject({ message: 'the delivery is lost' });
  await expect.poll(children).not.toContain('extraction/main.ts');
});

test('the process ends with the worker that watches it, though its file never comes to its end', async () => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'upload');
  execFileSync('mkfifo', [path]);
  const task = { path, directory: directory.path, name: 'a', declaredType: '', limits };
  const program = JSON.stringify(join(import.meta.dirname, 'run-extraction.ts'));
  const worker = spawn(process.execPath, [
    ...['--disable-warning=ExperimentalWarning', '--input-type=module', '-e'],
    `const { runExtraction } = await import(${program});
    await runExtraction(${JSON.stringify(task)}, new AbortController().signal);`,
  ]);
  const processes = (): string => execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const childOf = (pid: number | undefined): string | undefined =>
    new RegExp(`^ *(\\d+) +${pid} .*extraction/main.ts`, 'm').exec(processes())?.[1];
  await expect.poll(() => childOf(worker.pid), { timeout: 20_000 }).toBeDefined();
  const child = childOf(worker.pid);
  // One of its threads waits for somebody who writes.
  const waits = (): string => execFileSync('sh', ['-c', `cat /proc/${child}/task/*/wchan`], { encoding: 'utf8' });
  await expect.poll(waits, { timeout: 20_000 }).toContain('wait_for_partner');
  worker.kill('SIGKILL');
  await expect.poll(() => new RegExp(`^ *${child} `, 'm').test(processes()), { timeout: 20_000 }).toBe(false);
});
