/**
 * What is read with the token of a share, by people who are not signed in. `sharedConversation` is public: its
 * directive is what the gateway admits requests without a sign-in by. Invariant: no field here leads to another entity,
 * so nothing else can be reached from it.
 */
import {
  findSharedConversation,
  readSharedMessages,
  type SharedConversation,
  type SharedMessage,
} from '../shares/shared-conversation.ts';
import { findSharedFileLink } from '../shares/shared-file-link.ts';
import type { SharedAttachment, SharedCitation } from '../shares/shared-files.ts';
import { renderSharedPage, type SharedPage } from '../shares/shared-page.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { MessageEnums } from './message-type.ts';

const addSharedFiles = (builder: ConversationsBuilder) => {
  const attachment = builder.objectRef<SharedAttachment>('SharedAttachment').implement({
    description: 'A file that is attached to a message of a shared conversation.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      mediaType: t.exposeString('mediaType', { description: 'Media type, by its content.' }),
      byteSize: t.exposeInt('byteSize', { description: 'Its bytes.' }),
      url: t.exposeString('url', {
        description:
          'Path at the address of the API that saves it, for as long as the share stands: it redirects to a URL that holds for a minute.',
      }),
      previewUrl: t.exposeString('previewUrl', {
        nullable: true,
        description: 'Likewise of a small picture of it, WebP; null where there is none.',
      }),
    }),
  });
  const citation = builder.objectRef<SharedCitation>('SharedCitation').implement({
    description: 'A passage that a reply of a shared conversation cites.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Its number in the reply, from 1.' }),
      fileName: t.exposeString('fileName', { description: 'Name of the document at the time of the reply.' }),
      page: t.exposeInt('page', {
        nullable: true,
        description: 'Page, slide or sheet, from 1; null where the document has none.',
      }),
      heading: t.exposeString('heading', { description: 'The headings that the passage stands under; may be empty.' }),
      quote: t.exposeString('quote', { description: 'The passage, word for word.' }),
    }),
  });
  return { attachment, citation };
};

const addSharedMessage = (builder: ConversationsBuilder, { MessageRole }: Pick<MessageEnums, 'MessageRole'>) => {
  const { attachment, citation } = addSharedFiles(builder);
  return builder.objectRef<SharedMessage>('SharedMessage').implement({
    description: 'A message of a shared conversation.',
    fields: (t) => ({
      attachments: t.field({
        type: [attachment],
        description: 'The files that it carries, if they are shared too. Those that were deleted are left out.',
        resolve: ({ attachments }) => [...attachments],
      }),
      citations: t.field({
        type: [citation],
        description:
          'What "[1]", "[2]" in the content stand for, if files are shared too. Documents that were deleted, or that the owner of the share may not read any more, are left out.',
        resolve: ({ citations }) => [...citations],
      }),
      id: t.exposeID('id', { description: 'Unique over all shares. It is not the id of the message.' }),
      role: t.field({ type: MessageRole, description: 'The author.', resolve: ({ role }) => role }),
      content: t.exposeString('content', { description: 'The text.' }),
      modelId: t.exposeString('modelId', {
        nullable: true,
        description: 'Id of the model that wrote the reply; null for questions.',
      }),
      createdAt: t.field({ type: 'DateTime', description: 'When it was admitted.', resolve: (each) => each.createdAt }),
    }),
  });
};

const addSharedPage = (builder: ConversationsBuilder): void => {
  const page = builder.objectRef<SharedPage>('SharedPage').implement({
    description: 'A page that shows a shared conversation, or says that nothing is shared.',
    inaccessible: true,
    fields: (t) => ({
      isFound: t.exposeBoolean('isFound', {
        description: 'Whether a share stands behind the token.',
      }),
      html: t.exposeString('html', { description: 'The page, without scripts.' }),
      policy: t.exposeString('policy', {
        description: 'The content security policy that goes with it.',
      }),
    }),
  });
  builder.queryField('sharedPage', (t) =>
    t.field({
      type: page,
      description: 'A page of a shared conversation. For services only.',
      inaccessible: true,
      authScopes: { service: true },
      args: {
        token: t.arg.string({ required: true, description: 'The token of the share, or any other text.' }),
        language: t.arg.string({ required: true, description: 'Language of the words of the page.' }),
        page: t.arg.int({ required: true, description: 'Which page, from 1.' }),
      },
      resolve: (_, args, { services }) => renderSharedPage(services, args),
    }),
  );
  builder.queryField('sharedFileLink', (t) =>
    t.string({
      nullable: true,
      description: 'A signed URL of a file in a share; null where there is nothing to load. For services only.',
      inaccessible: true,
      authScopes: { service: true },
      args: {
        token: t.arg.string({ required: true, description: 'The token of the share, or any other text.' }),
        place: t.arg.string({ required: true, description: 'Where the file is in the share.' }),
        preview: t.arg.boolean({ required: true, description: 'Whether the small picture of it is asked for.' }),
      },
      resolve: (_, args, { services }) => findSharedFileLink(services, args),
    }),
  );
};

export const addSharedConversation = (builder: ConversationsBuilder, enums: MessageEnums): void => {
  const message = addSharedMessage(builder, enums);
  const shared = builder.objectRef<SharedConversation>('SharedConversation').implement({
    description: 'A shared conversation, as it was when it was shared.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Id of the share.' }),
      title: t.exposeString('title', { nullable: true, description: 'Its title when it was shared.' }),
      messageCount: t.exposeInt('messageCount', { description: 'Number of its messages.' }),
      sharedAt: t.field({ type: 'DateTime', description: 'When it was shared.', resolve: (each) => each.sharedAt }),
      withFiles: t.exposeBoolean('withFiles', {
        description: 'Whether attached files and cited passages are shared too.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the share ends by itself; null for never.',
        resolve: (each) => each.expiresAt,
      }),
      messages: t.connection(
        {
          type: message,
          description: 'Its messages, oldest first. Pages forward only.',
          resolve: (each, args, { services }) => readSharedMessages(services, each, args),
        },
        { name: 'SharedMessageConnection', description: 'A page of a shared conversation.' },
        { name: 'SharedMessageEdge', description: 'A message in a page.' },
      ),
    }),
  });
  builder.queryField('sharedConversation', (t) =>
    t.field({
      type: shared,
      nullable: true,
      description:
        'What is shared by a token. Needs no sign-in; requests without one are limited by their address. Null where nothing is shared: an unknown token, a share that was revoked or has expired, a conversation that was deleted, a message that was blocked, an owner who was deactivated, a tenant that forbids sharing.',
      directives: { public: {} },
      args: { token: t.arg.string({ required: true, description: 'The token of the share.' }) },
      resolve: (_, { token }, { services }) => findSharedConversation(services, token),
    }),
  );
  addSharedPage(builder);
};
