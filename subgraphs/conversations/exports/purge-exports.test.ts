import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessChangedTopic } from '#kernel/access/access-list.ts';
import { deleteConversation } from '../conversations/change-conversation.ts';
import { type Transfer, TransferEntity } from '../transfer-entities.ts';
import { exportKinds, findTransfer } from '../transfers/transfer-access.ts';
import { openTransferStand, type TransferStand } from '../transfers.fixture.ts';
import { startExportPurge } from './purge-exports.ts';
import { requestDataExport } from './request-export.ts';
import { signExport } from './sign-export.ts';

let stand: TransferStand;
beforeAll(async () => {
  stand = await openTransferStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('the file of an export is deleted', () => {
  const purge = async (): Promise<void> => {
    await using purging = startExportPurge(stand.services);
    await purging.sweep();
  };
  const stateOf = async ({ id, blobKey }: Transfer) => {
    const now = await findTransfer(stand.fixture.database, stand.fixture.identity, id, exportKinds);
    return [now?.status, await stand.blobs.exists(blobKey ?? '')];
  };

  test('when its day is over, and not before', async () => {
    const { conversation } = await stand.branched();
    const done = await stand.ended(await stand.request(conversation, 'JSON'));
    await purge();
    expect(await stateOf(done)).toEqual(['READY', true]);
    await stand.em().nativeUpdate(TransferEntity, { id: done.id }, { expiresAt: new Date(Date.now() - 1) });
    await purge();
    expect(await stateOf(done)).toEqual(['EXPIRED', false]);
  });

  test('when a conversation in it is deleted: its own export, and that of everything', async () => {
    const [one, other] = [await stand.branched(), await stand.branched()];
    const own = await stand.ended(await stand.request(one.conversation, 'JSON'));
    const others = await stand.ended(await stand.request(other.conversation, 'JSON'));
    const everything = await stand.ended(await requestDataExport(stand.services, stand.fixture.identity, {}));
    await deleteConversation(stand.services, stand.fixture.identity, one.conversation.id);
    for (const { id } of [own, everything]) {
      const now = await findTransfer(stand.fixture.database, stand.fixture.identity, id, exportKinds);
      if (!now) throw new Error('the export is not there');
      expect(await signExport(stand.blobs, now)).toBeNull();
    }
    await purge();
    expect([await stateOf(own), await stateOf(everything), await stateOf(others)]).toEqual([
      ['EXPIRED', false],
      ['EXPIRED', false],
      ['READY', true],
    ]);
  });

  test('when another one cannot be deleted', async () => {
    const { conversation } = await stand.branched();
    const [stuck, other] = [await stand.request(conversation, 'JSON'), await stand.request(conversation, 'HTML')];
    const exports = [await stand.ended(stuck), await stand.ended(other)];
    const ids = exports.map(({ id }) => id);
    await stand.em().nativeUpdate(TransferEntity, { id: { $in: ids } }, { expiresAt: new Date(Date.now() - 1) });
    const remove = async (key: string): Promise<void> => {
      if (key === exports[0]?.blobKey) throw new Error('it stays');
      await stand.blobs.delete(key);
    };
    await using purging = startExportPurge({ ...stand.services, blobs: { delete: remove } });
    await purging.sweep();
    const states = [];
    for (const done of exports) states.push(await stateOf(done));
    expect(states).toEqual([
      ['READY', true],
      ['EXPIRED', false],
    ]);
    await purge();
  });

  test('when its user is deactivated', async () => {
    const { conversation } = await stand.branched();
    const done = await stand.ended(await stand.request(conversation, 'JSON'));
    const { tenantId, userId } = stand.fixture.identity;
    const decide = (version: number, isActive: boolean) =>
      stand.fixture.signals.publish(accessChangedTopic, { tenantId, userId, version, isActive, role: null });
    await decide(1, false);
    await purge();
    expect(await stateOf(done)).toEqual(['EXPIRED', false]);
    await decide(2, true);
  });
});
