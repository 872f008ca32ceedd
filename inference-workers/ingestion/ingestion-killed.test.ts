/** A worker that is killed while it reads a file leaves it to the next one, and the file has one text. */
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { partKeys, quarantineKey, textKey } from '#contracts/blob-keys.ts';
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

const uploads = [
  { kind: 'ingest', parts: 0 },
  { kind: 'ingest-parts', parts: 3 },
] as const;

test.each(uploads)(
  'a file whose worker is killed while it is read is read by another worker: $kind',
  async (upload) => {
    await using processes = await openWorkerProcesses();
    const { broker, blobs } = processes;
    const events: FileIngested[] = [];
    await using _ = await broker.consume<Json>('knowledge.results', { prefetch: 1 }, async ({ body }) => {
      events.push(fileIngestedSchema.parse(body));
      return 'ack';
    });
    const content = docxOf(paragraph('word').repeat(150_000));
    const job: IngestJob = {
      ...upload,
      ...{ tenantId: randomUUID(), fileId: randomUUID(), userId: randomUUID(), purpose: 'CONTENT' },
      ...{ name: 'long.docx', declaredType: '', byteSize: content.length },
      sha256: createHash('sha256').update(content).digest('hex'),
      limits: { pages: 10, characters: 4_000_000 },
    };
    const keys = job.parts === 0 ? [quarantineKey(job)] : partKeys(job, job.parts);
    const length = Math.ceil(content.length / keys.length);
    for (const [index, key] of keys.entries()) {
      await blobs.put(key, content.subarray(index * length, (index + 1) * length), 'application/octet-stream');
    }
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
  },
);
