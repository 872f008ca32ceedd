/** The GraphQL type Share and Conversation.share, with the mutations that share a conversation and end it. */
import { revokeShare, shareConversation } from '../shares/share-conversation.ts';
import { isSharingAllowed, setSharing } from '../shares/sharing-policy.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

const implementShare = (builder: ConversationsBuilder, { Share, Conversation }: ConversationsTypes): void => {
  builder.objectType(Share, {
    description:
      'A frozen view of a conversation for whoever has its link: the texts of the branch that was current, up to the last message that had ended. No names, no instructions, no reasoning, no tool calls; files and cited passages only if its owner said so.',
    fields: (t) => ({
      id: t.id({ description: 'UUIDv7.', resolve: ({ share }) => share.id }),
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation that is shared.',
        resolve: ({ share }, _, { loaders }) => loaders.conversation.load(share.conversationId),
      }),
      token: t.string({
        nullable: true,
        description:
          'What opens the share: sharedConversation(token), and the page at /s/<token>. Given once, by shareConversation, because only its hash is stored; null ever after. Share again for another one.',
        resolve: ({ token }) => token,
      }),
      messageCount: t.int({ description: 'Messages of the view.', resolve: ({ share }) => share.messageCount }),
      withFiles: t.boolean({
        description: 'Whether attached files and cited passages are shown too.',
        resolve: ({ share }) => share.withFiles,
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was made.',
        resolve: ({ share }) => share.createdAt,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it ends by itself; null for never.',
        resolve: ({ share }) => share.expiresAt,
      }),
      revokedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When it was ended: by its owner, or because its conversation was deleted or a message of it was blocked.',
        resolve: ({ share }) => share.revokedAt,
      }),
    }),
  });
};

export const addShareType = (builder: ConversationsBuilder, types: ConversationsTypes): void => {
  implementShare(builder, types);
  builder.objectField(types.Conversation, 'share', (t) =>
    t.field({
      type: types.Share,
      nullable: true,
      description: 'How it is shared; null where it is not, and when the share has expired or was revoked.',
      resolve: async (conversation, _, { loaders }) => {
        const share = await loaders.share.load(conversation.id);
        return share && { share };
      },
    }),
  );
  builder.queryField('sharingAllowed', (t) =>
    t.boolean({
      description: 'Whether conversations of your tenant may be shared by links. See setSharing.',
      resolve: (_, _args, { identity: { tenantId }, services: { database } }) =>
        isSharingAllowed(database.forTenant(tenantId), tenantId),
    }),
  );
  builder.mutationFields((t) => ({
    shareConversation: t.field({
      type: types.Share,
      description:
        'Shares your conversation: whoever gets the token may read the current branch as it is now, without being signed in. The former share of the conversation, if there is one, ends. CONTENT_BLOCKED where a message of the branch was blocked, FORBIDDEN where your tenant allows no shares.',
      args: {
        id: t.arg.id({ required: true, description: 'Id of the conversation. Its branch has at most 1,000 messages.' }),
        expiresAt: t.arg({ type: 'DateTime', description: 'When the share ends by itself; absent or null for never.' }),
        withFiles: t.arg.boolean({
          defaultValue: false,
          description:
            'Whether readers see attached files, with previews and links that load them, and the passages that replies cite, with the names of their documents. Otherwise the texts keep their [1], and nothing says what these stand for. What is deleted later is not shown any more.',
        }),
      },
      resolve: (_, { id, ...terms }, { identity, services }) =>
        shareConversation(services, identity, { conversationId: id, ...terms }),
    }),
    setSharing: t.boolean({
      description:
        'Allows or forbids that conversations of your tenant are shared by links. While it is forbidden, shareConversation is refused with FORBIDDEN and no share can be read; once it is allowed again, shares stand as they did. ADMIN only. Returns what holds now.',
      authScopes: { role: 'ADMIN' },
      args: { isAllowed: t.arg.boolean({ required: true, description: 'Whether conversations may be shared.' }) },
      resolve: (_, { isAllowed }, { identity, services }) => setSharing(services, identity, isAllowed),
    }),
    revokeShare: t.field({
      type: types.Share,
      description: 'Ends a share of yours at once. Has no effect when it has ended.',
      args: { id: t.arg.id({ required: true, description: 'Id of the share.' }) },
      resolve: async (_, { id }, { identity, services }) => ({ share: await revokeShare(services, identity, id) }),
    }),
  }));
};
