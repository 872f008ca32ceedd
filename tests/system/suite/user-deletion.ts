/** The deletion of a user: everything that hangs on the user goes, in all subgraphs and in the blob store. */
import { readdir } from 'node:fs/promises';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createClient, type TestClient } from '#tests/support/client.ts';
import { findUser, type Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { openCollection } from './documents.ts';

const usageShape = z.object({
  usageReport: z.object({
    totals: z.object({ generations: z.number(), costUsd: z.string(), outputTokens: z.number() }),
  }),
});
const usageQuery = `query ($range: UsageRangeInput!, $groupBy: UsageGroupBy!) {
  usageReport(range: $range, groupBy: $groupBy) { totals { generations costUsd outputTokens } } }`;
const shareShape = z.object({ shareConversation: z.object({ token: z.string() }) });
const exportShape = z.object({ exportConversation: z.object({ id: z.string() }) });
const doneShape = z.object({ export: z.object({ status: z.string(), downloadUrl: z.string().nullable() }) });
const billedShape = z.object({ message: z.object({ usage: z.object({ outputTokens: z.number() }).nullable() }) });
const dayMs = 86_400_000;

export const userDeletionSuite = (parlance: () => Parlance): void => {
  /** A user of acme that nobody has seen before. */
  const signInNewUser = async (): Promise<{ readonly id: string; readonly client: TestClient }> => {
    const { issuer } = parlance();
    const { tenant, user } = findUser('grace');
    const id = uuidv7();
    const token = await issuer.sign({ tenant, user: { ...user, id }, roles: ['USER'], scope: '', expires: '10m' });
    return { id, client: createClient(() => parlance().url, token) };
  };
  /** Files of the blob store whose paths name one of these ids. */
  const countBlobs = async (ids: readonly string[]): Promise<number> => {
    const paths = await readdir(parlance().blobDirectory, { recursive: true, withFileTypes: true });
    return paths.filter((each) => each.isFile() && ids.some((id) => `${each.parentPath}/${each.name}`.includes(id)))
      .length;
  };

  test('an administrator of the tenant holds a conversation, and nobody else does', async () => {
    const [ada, bob] = [
      await parlance().as('ada', { roles: ['ADMIN'] }),
      await parlance().as('bob', { roles: ['ADMIN'] }),
    ];
    const grace = await parlance().as('grace');
    const hold = 'mutation ($id: ID!) { setLegalHold(id: $id, legalHold: true) { legalHold } }';
    const id = await grace.createConversation();
    expect((await grace.refusal(hold, { id })).extensions.code).toBe('FORBIDDEN');
    expect((await bob.refusal(hold, { id })).extensions.code).toBe('NOT_FOUND');
    const heldShape = z.object({ setLegalHold: z.object({ legalHold: z.literal(true) }) });
    await ada.query(heldShape, hold, { id });
  });

  test('a deleted user leaves an id and the sums of the ledger: no text, no file, no page, no blob', async () => {
    const ada = await parlance().as('ada', { roles: ['ADMIN'] });
    const { id: userId, client: user } = await signInNewUser();
    await using _ = { [Symbol.asyncDispose]: async () => user[Symbol.asyncDispose]() };
    const { id: collection, file } = await openCollection(parlance(), user, 'PRIVATE');
    const conversation = await user.createConversation();
    const { turn } = await user.converse(conversation, `script: tokens=4 ${uuidv7()}`, { attachmentIds: [file] });
    const billed = 'query ($id: ID!) { message(id: $id) { usage { outputTokens } } }';
    await until(
      () => user.query(billedShape, billed, turn.assistantMessage),
      ({ message }) => message.usage !== null,
    );
    const share = 'mutation ($id: ID!) { shareConversation(id: $id) { token } }';
    const { token } = (await user.query(shareShape, share, { id: conversation })).shareConversation;
    const page = async () => (await fetch(new URL(`/s/${token}`, parlance().url))).status;
    expect(await page()).toBe(200);
    const begin = 'mutation ($id: ID!) { exportConversation(id: $id, format: JSON) { id } }';
    const { exportConversation: begun } = await user.query(exportShape, begin, { id: conversation });
    const done = await until(
      () => user.query(doneShape, 'query ($id: ID!) { export(id: $id) { status downloadUrl } }', begun),
      (now) => now.export.status === 'READY',
    );
    const link = done.export.downloadUrl ?? '';
    const exportKey = /exports(?:\/|%2F)([0-9a-f-]{36})/i.exec(link)?.[1] ?? 'none';
    // The original, its text, and the export.
    // The store of the tests that speaks S3 has three files for each.
    expect(await countBlobs([file, exportKey])).toBeGreaterThanOrEqual(3);
    const range = {
      from: new Date(Date.now() - dayMs).toISOString(),
      to: new Date(Date.now() + dayMs).toISOString(),
    };
    const sums = async () => (await ada.query(usageShape, usageQuery, { range, groupBy: 'USER' })).usageReport.totals;
    const before = await sums();

    const running = await user.send(await user.createConversation(), `script: tokens=10000 pace=5\n${uuidv7()}`);
    for await (const { seq } of user.stream(running.assistantMessage.id)) if (seq > 2) break;
    const deletion = 'mutation ($id: ID!) { deleteUser(id: $id) { email name isActive } }';
    expect(await ada.query(z.unknown(), deletion, { id: userId })).toEqual({
      deleteUser: { email: null, name: null, isActive: false },
    });
    await until(
      async () => (await user.ask('{ viewer { id } }')).errors[0]?.extensions.code,
      (code) => code === 'FORBIDDEN',
    );
    await until(page, (status) => status === 404);
    await until(
      () => countBlobs([file, exportKey]),
      (count) => count === 0,
    );
    expect((await fetch(new URL(link, parlance().url))).status).toBe(404);
    const left = `query ($conversation: ID!, $file: ID!, $collection: ID!, $message: ID!) {
      conversation(id: $conversation) { id } message(id: $message) { id } file(id: $file) { id }
      collection(id: $collection) { id } }`;
    const ids = { conversation, file, collection, message: turn.assistantMessage.id };
    await until(
      () => ada.ask(left, ids).then(({ data }) => Object.values(data ?? { none: 0 })),
      (found) => found.every((each) => each === null),
    );
    // The reply that was stopped is billed too.
    const after = await until(sums, ({ generations }) => generations > before.generations);
    expect(after.outputTokens).toBeGreaterThan(before.outputTokens);
  });
};
