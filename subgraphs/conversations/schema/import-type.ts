/** The GraphQL type Import, with what requests imports, reads them and follows them. */
import { AppError } from '#kernel/errors.ts';
import { requestImport } from '../imports/request-import.ts';
import type { ImportReport, LeftOutReason } from '../transfer-entities.ts';
import { findTransfer, followTransfer, importKinds } from '../transfers/transfer-access.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { TransferEnums } from './export-type.ts';
import type { ConversationsTypes } from './types.ts';

type LeftOut = ImportReport['leftOut'][number];

const addLeftOut = (builder: ConversationsBuilder) => {
  const reason = builder.enumType('ImportLeftOutReason', {
    description: 'Why something of an imported file was left out.',
    values: {
      ALREADY_IMPORTED: {
        description: 'The conversation is there already, from an earlier import or as the original.',
      },
      UNREADABLE: { description: 'A conversation or message is damaged, too large, or of a form that is not known.' },
      EMPTY: { description: 'A conversation or message without text.' },
      TOO_MANY_MESSAGES: { description: 'A conversation of more than 10,000 messages.' },
      TEXT_TOO_LONG: { description: 'A text was cut at the most characters that a message may have.' },
      BLOCKED: { description: 'The screening refused the text. The message is there without it.' },
      NOT_TEXT: { description: 'A message of pictures, recordings or files only.' },
      NOT_A_MESSAGE: { description: 'What the system, tools or hidden steps said between the messages.' },
      TOO_MANY_CONVERSATIONS: { description: 'Everything after the 50,000th conversation.' },
    } satisfies Record<LeftOutReason, object>,
  });
  return builder.objectRef<LeftOut>('ImportLeftOut').implement({
    description: 'What was left out for one reason.',
    fields: (t) => ({
      reason: t.field({ type: reason, description: 'The reason.', resolve: (each) => each.reason }),
      count: t.exposeInt('count', { description: 'How often.' }),
      example: t.string({
        nullable: true,
        description: 'Title of the first conversation that it was about, if it has one.',
        resolve: ({ example }) => example,
      }),
    }),
  });
};

const implementImport = (
  builder: ConversationsBuilder,
  { Import, MessageFailure }: ConversationsTypes,
  enums: TransferEnums,
): void => {
  const source = builder.enumType('ImportSource', {
    description: 'Who wrote an imported file.',
    values: {
      PARLANCE: { description: 'An export of this or another Parlance.' },
      CHATGPT: { description: 'ChatGPT.' },
      LIBRECHAT: { description: 'LibreChat.' },
    } satisfies Record<NonNullable<ImportReport['source']>, object>,
  });
  const leftOut = addLeftOut(builder);
  builder.objectType(Import, {
    description: 'An import of conversations from a file, with a report of what was left out.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      status: t.field({ type: enums.status, description: 'The state.', resolve: ({ status }) => status }),
      fileName: t.exposeString('fileName', { nullable: true, description: 'Name of the file.' }),
      source: t.field({
        type: source,
        nullable: true,
        description: 'Who wrote the file; null until the first conversation was stored.',
        resolve: ({ report }) => report?.source,
      }),
      readCount: t.exposeInt('done', { description: 'Conversations of the file that were looked at so far.' }),
      conversationCount: t.int({
        description: 'Conversations that were stored so far.',
        resolve: ({ report }) => report?.conversations ?? 0,
      }),
      messageCount: t.int({
        description: 'Messages of these.',
        resolve: ({ report }) => report?.messages ?? 0,
      }),
      leftOut: t.field({
        type: [leftOut],
        description: 'What was left out so far, one entry for each reason.',
        resolve: ({ report }) => [...(report?.leftOut ?? [])],
      }),
      failure: t.field({
        type: MessageFailure,
        nullable: true,
        description: 'Why it FAILED. What was stored before that stays; the same file can be imported again.',
        resolve: ({ failure }) => failure,
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
    }),
  });
};

const importNotFound = (): AppError => new AppError('NOT_FOUND', 'There is no such import, or it is not yours.');

export const addImportType = (builder: ConversationsBuilder, types: ConversationsTypes, enums: TransferEnums): void => {
  const { Import } = types;
  implementImport(builder, types, enums);
  builder.mutationField('importConversations', (t) =>
    t.field({
      type: Import,
      description:
        "Begins an import of the conversations in your file: our own JSON, ChatGPT's conversations.json or LibreChat's export, also in a ZIP archive. Times and branches are kept, nothing is billed, and every text is screened. Importing the same file again doubles nothing. One import at a time: RATE_LIMITED.",
      args: {
        fileId: t.arg.id({ required: true, description: 'Id of a READY file, created with the purpose IMPORT.' }),
      },
      resolve: (_, { fileId }, { identity, services }) => requestImport(services, identity, fileId),
    }),
  );
  builder.queryField('import', (t) =>
    t.field({
      type: Import,
      nullable: true,
      description: 'An import of yours; null when there is none with this id.',
      args: { id: t.arg.id({ required: true, description: 'Id of the import.' }) },
      resolve: (_, { id }, { identity, services }) => findTransfer(services.database, identity, id, importKinds),
    }),
  );
  builder.subscriptionField('importChanged', (t) =>
    t.field({
      type: Import,
      description: 'Your import as it is now, and again whenever it changes.',
      args: { id: t.arg.id({ required: true, description: 'Id of the import.' }) },
      subscribe: async (_, { id }, { identity, services }) => {
        const transfer = await findTransfer(services.database, identity, id, importKinds);
        if (!transfer) throw importNotFound();
        return followTransfer(services.signals, transfer);
      },
      resolve: async (id, _, { identity, services }) => {
        const transfer = await findTransfer(services.database, identity, id, importKinds);
        if (!transfer) throw importNotFound();
        return transfer;
      },
    }),
  );
};
