/** Jobs that look at uploads, from the queue to the event and the blobs. */
import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { fileKey, partKey, partKeys, quarantineKey, textKey } from '#contracts/blob-keys.ts';
import { type FileIngested, fileIngestedSchema } from '#contracts/broker-events.ts';
import { type IngestJob, ingestQueue } from '#contracts/ingest-job.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePorts } from '#tests/services/ports.ts';
import { startClamd, virus } from './clamd.fixture.ts';
import { startIngestion } from './ingestion.ts';
import { zipOf } from './sample-files.fixture.ts';
import type { Scanner } from './virus-scan.ts';

const logger = createLogger('ingestion', 'silent');

const openFixture = async (scanner?: Scanner) => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await createDirectory());
  const { broker, blobs } = opened.use(
    await openPorts({ DATA_DIR: directory.path, SERVICE_START_TIMEOUT_MS: 1_000 }, logger),
  );
  const events: FileIngested[] = [];
  opened.use(
    await broker.consume<Json>('knowledge.results', { prefetch: 1 }, async ({ body }) => {
      events.push(fileIngestedSchema.parse(body));
      return 'ack';
    }),
  );
  const ingestion = await startIngestion({ broker, blobs, logger, concurrency: 2, scanner });
  if (ingestion) opened.use(ingestion);
  const closing = opened.move();
  return {
    ...{ broker, blobs, events, ingestion },
    /** Uploads, in as many parts as the job says, and publishes the job. */
    async ingest(content: Uint8Array, changes: Partial<IngestJob> = {}): Promise<IngestJob> {
      const job: IngestJob = {
        ...{ kind: 'ingest', parts: 0 },
        ...{ tenantId: randomUUID(), fileId: randomUUID(), userId: randomUUID(), purpose: 'CONTENT' },
        ...{ name: 'a.txt', declaredType: 'text/plain', byteSize: content.length },
        sha256: createHash('sha256').update(content).digest('hex'),
        limits: { pages: 10, characters: 1_000 },
        ...changes,
      };
      const keys = job.parts === 0 ? [quarantineKey(job)] : partKeys(job, job.parts);
      const length = Math.ceil(content.length / keys.length);
      for (const [index, key] of keys.entries()) {
        await blobs.put(key, content.subarray(index * length, (index + 1) * length), 'text/plain');
      }
      await broker.publish('jobs', ingestQueue, job.fileId, JSON.parse(JSON.stringify(job)));
      return job;
    },
    /** The event of a job, once it is there. */
    eventOf: ({ fileId }: IngestJob) =>
      expect.poll(() => events.find((event) => event.fileId === fileId), { timeout: 20_000 }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

test('the text and the bytes of a file are stored before its event, and an import is kept as it is', async () => {
  await using fixture = await openFixture();
  const { blobs } = fixture;
  const content = Buffer.from('Hello');
  const job = await fixture.ingest(content);
  const found = { mediaType: 'text/plain', kind: 'TEXT', pageCount: null, textLength: 5, hasPreview: false };
  const { tenantId, fileId, userId } = job;
  await fixture.eventOf(job).toEqual({ tenantId, fileId, userId, content: found });
  expect(JSON.parse(String(await blobs.get(textKey(job))))).toEqual({ pages: [{ page: null, text: 'Hello' }] });
  expect(String(await blobs.get(fileKey(job)))).toBe('Hello');
  const archive = zipOf([{ name: 'conversations.json', content: '[]' }]);
  const importing = await fixture.ingest(archive, { purpose: 'IMPORT', declaredType: 'application/zip' });
  await fixture.eventOf(importing).toMatchObject({ content: { mediaType: 'application/zip', kind: 'DATA' } });
  expect(Buffer.from(await blobs.get(fileKey(importing))).equals(archive)).toBe(true);
  expect(await blobs.exists(textKey(importing))).toBe(false);
});

test('an upload that is not what was announced is damaged, and one that is gone leads to nothing', async () => {
  await using fixture = await openFixture();
  const content = Buffer.from('Hello');
  const gone = await fixture.ingest(content);
  await fixture.blobs.delete(quarantineKey(gone));
  const jobs = [
    await fixture.ingest(content, { sha256: '0'.repeat(64) }),
    await fixture.ingest(content, { byteSize: 4 }),
    await fixture.ingest(content, { byteSize: 6 }),
  ];
  for (const job of jobs) {
    await fixture.eventOf(job).toMatchObject({ failure: { code: 'DAMAGED' } });
    expect(await fixture.blobs.exists(fileKey(job))).toBe(false);
  }
  await expect.poll(async () => (await fixture.broker.depth(ingestQueue)).ready).toBe(0);
  // The first one was deleted while it waited, or was read before that.
  expect(fixture.events.filter(({ fileId, failure }) => fileId === gone.fileId && failure)).toEqual([]);
});

test('an upload in parts is read as one file, and nothing of it is kept in another order or without a part', async () => {
  await using fixture = await openFixture();
  const { blobs } = fixture;
  const content = Buffer.from('The quick brown fox');
  const inParts = { kind: 'ingest-parts', parts: 4 } as const;
  const job = await fixture.ingest(content, inParts);
  await fixture.eventOf(job).toMatchObject({ content: { kind: 'TEXT', textLength: 19 } });
  expect(String(await blobs.get(fileKey(job)))).toBe(String(content));
  const importing = await fixture.ingest(content, { ...inParts, purpose: 'IMPORT' });
  await fixture.eventOf(importing).toMatchObject({ content: { kind: 'DATA' } });
  expect(String(await blobs.get(fileKey(importing)))).toBe(String(content));

  const swapped = Buffer.concat([content.subarray(5, 10), content.subarray(0, 5), content.subarray(10)]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const damaged = [
    await fixture.ingest(swapped, { ...inParts, sha256 }),
    await fixture.ingest(content, { ...inParts, byteSize: 18 }),
    await fixture.ingest(content, { ...inParts, byteSize: 20 }),
  ];
  for (const each of damaged) {
    await fixture.eventOf(each).toMatchObject({ failure: { code: 'DAMAGED' } });
    expect(await blobs.exists(fileKey(each))).toBe(false);
  }
  const gone: IngestJob = { ...job, fileId: randomUUID() };
  for (const number of [1, 2, 4]) {
    await blobs.put(partKey(gone, number), content.subarray(5 * number - 5, 5 * number), 'text/plain');
  }
  await fixture.broker.publish('jobs', ingestQueue, gone.fileId, JSON.parse(JSON.stringify(gone)));
  await expect.poll(async () => (await fixture.broker.depth(ingestQueue)).ready).toBe(0);
  const last = await fixture.ingest(content);
  await fixture.eventOf(last).toMatchObject({ content: {} });
  expect([fixture.events.length, await blobs.exists(fileKey(gone))]).toEqual([6, false]);
});

test('a virus is found, and while the scanner is away files wait', async () => {
  const [port = 0] = await freePorts(1);
  await using fixture = await openFixture({ host: '127.0.0.1', port });
  const clean = await fixture.ingest(Buffer.from('clean'));
  // The delivery is held, because what it needs is away.
  await expect
    .poll(() =>
      fixture.ingestion?.ping().then(
        () => 'OK',
        () => 'held',
      ),
    )
    .toBe('held');
  expect(fixture.events).toEqual([]);
  await using clamd = await startClamd(port);
  await fixture.eventOf(clean).toMatchObject({ content: { kind: 'TEXT' } });
  const infected = await fixture.ingest(Buffer.from(`${'x'.repeat(200_000)}${virus}`));
  await fixture.eventOf(infected).toMatchObject({ failure: { code: 'INFECTED' } });
  expect(await fixture.blobs.exists(fileKey(infected))).toBe(false);
  expect(clamd.scanned).toBeGreaterThan(200_000);
});
