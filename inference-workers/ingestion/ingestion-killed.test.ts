/** A worker that is killed while it reads a file leaves it to the next one, and the file has one text. */
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { quarantineKey, textKey } from '#contracts/blob-keys.ts';
import { type FileIngested, fileIngestedSchema } from '#contracts/broker-events.ts';
import { extractedTextSchema } from '#contracts/extracted-text.ts';
import { type IngestJob, ingestQueue } from '#contracts/ingest-job.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { openWorkerProcesses } from '../worker-process.fixture.ts';
import { docxOf, paragraph } from './sample-files.fixture.ts';

const childrenOf = (pid: number | undefined): string => {
  try {
    return execFileSync('ps', ['-o', 'args=', '--ppid', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
};

test('a file whose worker is killed while it is read is read by another worker', async () => {
  await using processes = await openWorkerProcesses();
  const { broker, blobs } = processes;
  const events: FileIngested[] = [];
  await using _ = await broker.consume<Json>('knowledge.results', { prefetch: 1 }, async ({ body }) => {
    events.push(fileIngestedSchema.parse(body));
    return 'ack';
  });
  const content = docxOf(paragraph('word').repeat(150_000));
  const job: IngestJob = {
    kind: 'ingest',
    ...{ tenantId: randomUUID(), fileId: randomUUID(), userId: randomUUID(), purpose: 'CONTENT' },
    ...{ name: 'long.docx', declaredType: '', byteSize: content.length },
    sha256: createHash('sha256').update(content).digest('hex'),
    limits: { pages: 10, characters: 4_000_000 },
  };
  await blobs.put(quarantineKey(job), content, 'application/octet-stream');
  const first = await processes.startWorker();
  await broker.publish('jobs', ingestQueue, job.fileId, JSON.parse(JSON.stringify(job)));
  await expect.poll(() => childrenOf(first.pid), { interval: 10, timeout: 30_000 }).toContain('extraction/main.ts');
  first.kill('SIGKILL');
  expect(events).toEqual([]);
  await processes.startWorker();
  await expect
    .poll(() => events, { timeout: 30_000 })
    .toMatchObject([{ fileId: job.fileId, content: { kind: 'DOCUMENT', textLength: 749_999 } }]);
  const { pages } = extractedTextSchema.parse(JSON.parse(String(await blobs.get(textKey(job)))));
  expect(pages.map(({ text }) => text.length)).toEqual([749_999]);
});
