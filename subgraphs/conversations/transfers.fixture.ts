/** Exports and imports on embedded ports, with the other subgraphs as servers that speak the real protocol. */
import { text } from 'node:stream/consumers';
import { fileKey } from '#contracts/blob-keys.ts';
import { createDirectoryBlobs } from '#kernel/blobs/directory-blobs.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { candidate, logger, openFixture } from './conversations.fixture.ts';
import { type Conversation, ConversationEntity } from './entities.ts';
import { requestConversationExport } from './exports/request-export.ts';
import { createOwnFiles } from './files/own-files.ts';
import { openTransfers } from './open-transfers.ts';
import type { ExportFormat, Transfer } from './transfer-entities.ts';
import { openNeighbours } from './transfers/neighbours.fixture.ts';
import { exportKinds, findTransfer, followTransfer, importKinds } from './transfers/transfer-access.ts';

export const openTransferStand = async () => {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await openFixture());
  const directory = stack.use(await createDirectory());
  const blobs = stack.use(createDirectoryBlobs(directory.path));
  const { usage, knowledge, safety, file, lostFile, own } = stack.use(await openNeighbours(fixture.identity.userId));
  const { identity } = fixture;
  await blobs.put(fileKey({ tenantId: identity.tenantId, fileId: file.id }), Buffer.from('the file'), 'x');

  const services = {
    ...fixture,
    ...{ blobs, logger },
    changes: { announce: () => undefined },
    stopReplies: async () => undefined,
    replyCache: { withdraw: async () => undefined },
    transfers: { wake: () => undefined },
  };
  const em = () => fixture.database.forTenant(identity.tenantId);
  /** A process that makes exports. */
  const openRunner = () =>
    openTransfers({
      ...{ ...services, ports: { ...fixture, blobs } },
      ...{
        usage: usage.client,
        safety: safety.client,
        knowledge: knowledge.client,
        files: createOwnFiles(knowledge.client),
      },
      ...{ maxContentLength: 1_000, maxStoredBytes: 1_000_000_000 },
    });
  const closing = stack.move();
  return {
    ...{ fixture, blobs, services, em, openRunner, file, lostFile, safety, own },
    request: (conversation: Conversation, format: ExportFormat, as = identity): Promise<Transfer> =>
      requestConversationExport(services, as, { conversationId: conversation.id, format }),
    /** Runs what waits, in a process of its own, until this one has ended. */
    async ended(requested: Transfer): Promise<Transfer> {
      const changes = await followTransfer(fixture.signals, requested);
      await using runner = openRunner();
      runner.wake();
      for await (const id of changes) {
        const now = await findTransfer(fixture.database, identity, id, [...exportKinds, ...importKinds]);
        if (now && now.status !== 'QUEUED' && now.status !== 'RUNNING') return now;
      }
      throw new Error('it has not ended');
    },
    contentOf: async ({ blobKey }: Transfer): Promise<string> => text(await blobs.getStream(blobKey ?? '')),
    /** A conversation with two versions of its second question, and a tool call. */
    async branched() {
      const conversation = await fixture.conversation();
      const first = await fixture.turn(conversation, undefined, 'first question');
      const other = await fixture.turn(conversation, first.reply, 'another way <script>');
      const result = { status: 'COMPLETED' as const, result: 'Sent.' };
      const call = { id: 'c1', name: 'look_up', arguments: '{"order":"1"}', ...result };
      const reasoning = 'It has to be looked up.';
      const written = { reasoning, toolCalls: [call], modelId: candidate.modelId };
      const last = await fixture.turn(conversation, first.reply, 'second question', written);
      const change = { title: 'Orders: a/b', systemPrompt: 'Be brief.' };
      await em().nativeUpdate(ConversationEntity, { id: conversation.id }, change);
      return { conversation, first, other, last, call };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
export type TransferStand = Awaited<ReturnType<typeof openTransferStand>>;
