/** The GraphQL type Export, with what requests exports, reads them and follows them. */

import { AppError } from '#kernel/errors.ts';
import { pageById } from '#kernel/subgraph-server/page-by-id.ts';
import type { Page } from '#kernel/subgraph-server/paging.ts';
import { requestConversationExport, requestDataExport } from '../exports/request-export.ts';
import { signExport } from '../exports/sign-export.ts';
import { type ExportFormat, type Transfer, TransferEntity, type TransferStatus } from '../transfer-entities.ts';
import { exportKinds, findTransfer, followTransfer } from '../transfers/transfer-access.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

const addEnums = (builder: ConversationsBuilder) => ({
  status: builder.enumType('TransferStatus', {
    description: 'The state of an export or import.',
    values: {
      QUEUED: { description: 'Waits for its turn.' },
      RUNNING: { description: 'Is being made. If its process dies, another one begins again.' },
      READY: { description: 'Done. An export can be downloaded.' },
      FAILED: { description: 'It came to nothing: failure says why.' },
      EXPIRED: {
        description: 'The file of the export was deleted: its time is over, or a conversation in it was deleted.',
      },
    } satisfies Record<TransferStatus, object>,
  }),
  format: builder.enumType('ExportFormat', {
    description: 'The format of an exported conversation.',
    values: {
      JSON: { description: 'Everything, with all versions of all branches. It can be imported again.' },
      MARKDOWN: {
        description:
          'To read and to edit: the current branch, then the others. A ZIP archive with the files where questions carry some.',
      },
      HTML: {
        description:
          'To read: one page that needs nothing else and has no script. A ZIP archive with the files where questions carry some.',
      },
    } satisfies Record<ExportFormat, object>,
  }),
});
export type TransferEnums = ReturnType<typeof addEnums>;

const languageDescription = 'Language of the words around the texts, such as de; en where there are none in it.';

/** From 0 to 1. */
const progressOf = ({ status, done, total }: Transfer): number => {
  if (status === 'READY' || status === 'EXPIRED') return 1;
  return total == null || total === 0 ? 0 : Math.min(1, done / total);
};

const implementExport = (
  builder: ConversationsBuilder,
  { Export, Conversation, MessageFailure }: ConversationsTypes,
  enums: TransferEnums,
): void => {
  builder.objectType(Export, {
    description:
      'A file of one conversation, or an archive of everything that is yours. It can be downloaded for a day.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation that is exported; null for everything.',
        resolve: ({ conversationId }, _, { loaders }) =>
          conversationId == null ? null : loaders.conversation.load(conversationId),
      }),
      format: t.field({
        type: enums.format,
        nullable: true,
        description: 'The format; null for everything, which is a ZIP archive.',
        resolve: ({ format }) => format,
      }),
      status: t.field({ type: enums.status, description: 'The state.', resolve: ({ status }) => status }),
      progress: t.float({ description: 'How much is done, from 0 to 1.', resolve: progressOf }),
      failure: t.field({
        type: MessageFailure,
        nullable: true,
        description: 'Why it FAILED.',
        resolve: ({ failure }) => failure,
      }),
      fileName: t.exposeString('fileName', { nullable: true, description: 'Name of the file when it is READY.' }),
      byteSize: t.float({
        nullable: true,
        description: 'Bytes of the file when it is READY.',
        resolve: ({ byteSize }) => byteSize,
      }),
      downloadUrl: t.string({
        nullable: true,
        description:
          'Signed URL of the file until expiresAt: absolute, or relative to the address of the API. Whoever has it can download the file. Null unless it is READY.',
        resolve: (transfer, _, { services }) => signExport(services.blobs, transfer),
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was requested.',
        resolve: (each) => each.createdAt,
      }),
      completedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was done, or failed.',
        resolve: (each) => each.completedAt,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When its file is deleted; null before it is READY.',
        resolve: (each) => each.expiresAt,
      }),
    }),
  });
};

const addExportMutations = (
  builder: ConversationsBuilder,
  { Export }: ConversationsTypes,
  enums: TransferEnums,
): void => {
  builder.mutationFields((t) => ({
    exportConversation: t.field({
      type: Export,
      description: 'Begins an export of your conversation. Follow it with exportChanged. RATE_LIMITED beyond 30 a day.',
      args: {
        id: t.arg.id({ required: true, description: 'Id of the conversation.' }),
        format: t.arg({ type: enums.format, required: true, description: 'The format of the file.' }),
        language: t.arg.string({ description: languageDescription }),
      },
      resolve: (_, { id, ...request }, { identity, services }) =>
        requestConversationExport(services, identity, { conversationId: id, ...request }),
    }),
    exportMyData: t.field({
      type: Export,
      description:
        'Begins an export of everything that is yours: a ZIP archive of your conversations, as JSON and as pages, and of your files. Returns the one that is being made, if there is one.',
      args: { language: t.arg.string({ description: languageDescription }) },
      resolve: (_, args, { identity, services }) => requestDataExport(services, identity, args),
    }),
  }));
};

const addExportQueries = (builder: ConversationsBuilder, { Export }: ConversationsTypes): void => {
  builder.queryFields((t) => ({
    export: t.field({
      type: Export,
      nullable: true,
      description: 'An export of yours; null when there is none with this id.',
      args: { id: t.arg.id({ required: true, description: 'Id of the export.' }) },
      resolve: (_, { id }, { identity, services }) => findTransfer(services.database, identity, id, exportKinds),
    }),
    exports: t.connection(
      {
        type: Export,
        description: 'Your exports of the last 30 days, oldest first. Use "last" for the newest.',
        resolve: (_, args, { identity: { tenantId, userId }, services }): Promise<Page<Transfer>> =>
          pageById(args, ({ range, options }) => {
            const own = { userId, kind: { $in: [...exportKinds] } };
            const after = Object.keys(range).length > 0 ? { id: range } : {};
            return services.database.forTenant(tenantId).find(TransferEntity, { ...own, ...after }, options);
          }),
      },
      { name: 'ExportConnection', description: 'A page of exports.' },
      { name: 'ExportEdge', description: 'An export in a page.' },
    ),
  }));
  builder.subscriptionField('exportChanged', (t) =>
    t.field({
      type: Export,
      description: 'Your export as it is now, and again whenever it changes.',
      args: { id: t.arg.id({ required: true, description: 'Id of the export.' }) },
      subscribe: async (_, { id }, { identity, services }) => {
        const transfer = await findTransfer(services.database, identity, id, exportKinds);
        if (!transfer) throw new AppError('NOT_FOUND', 'There is no such export, or it is not yours.');
        return followTransfer(services.signals, transfer);
      },
      resolve: async (id, _, { identity, services }) => {
        const transfer = await findTransfer(services.database, identity, id, exportKinds);
        if (!transfer) throw new AppError('NOT_FOUND', 'There is no such export, or it is not yours.');
        return transfer;
      },
    }),
  );
};

export const addExportType = (builder: ConversationsBuilder, types: ConversationsTypes): TransferEnums => {
  const enums = addEnums(builder);
  implementExport(builder, types, enums);
  addExportMutations(builder, types, enums);
  addExportQueries(builder, types);
  return enums;
};
