/** Curated replies, and the mutation by which administrators have nothing served that was written before. */
import {
  deleteCuratedReply,
  type FoundCuratedReply,
  findCuratedReply,
  readCuratedReplies,
  upsertCuratedReply,
} from '../curated/change-curated-replies.ts';
import type { CuratedReply } from '../entities.ts';
import { clearCaches } from '../policies/clear-caches.ts';
import type { ModelsBuilder } from './builder.ts';

const addCuratedReplies = (builder: ModelsBuilder): void => {
  const curated = builder.objectRef<CuratedReply>('CuratedReply').implement({
    description:
      'A reply that administrators wrote. It is served to a first question that asks the same as one of its questions, where the routing policy uses curated replies.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      questions: t.exposeStringList('questions', { description: 'The questions that it is for.' }),
      reply: t.exposeString('reply', { description: 'The text, as Markdown.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    }),
  });
  const input = builder.inputType('CuratedReplyInput', {
    description: 'The desired state of a curated reply.',
    fields: (t) => ({
      id: t.id({ description: 'The reply to replace; null for a new one.' }),
      questions: t.stringList({
        required: true,
        description:
          '1 to 20 questions, each one sentence of at most 300 characters. More wordings find it more often.',
      }),
      reply: t.string({ required: true, description: '1 to 20,000 characters, as Markdown.' }),
    }),
  });
  builder.queryField('curatedReplies', (t) =>
    t.field({
      type: [curated],
      authScopes: { role: 'ADMIN' },
      description: 'Curated replies of your tenant, newest first. For administrators.',
      resolve: (_, _args, { database, identity }) => readCuratedReplies(database, identity.tenantId),
    }),
  );
  builder.mutationFields((t) => ({
    upsertCuratedReply: t.field({
      type: curated,
      authScopes: { role: 'ADMIN' },
      description: 'Adds a curated reply of your tenant, or replaces one. For administrators.',
      args: { input: t.arg({ type: input, required: true, description: 'The reply.' }) },
      resolve: (_, args, { database, identity }) => upsertCuratedReply(database, identity, args.input),
    }),
    deleteCuratedReply: t.boolean({
      authScopes: { role: 'ADMIN' },
      description: 'Deletes a curated reply of your tenant. For administrators.',
      args: { id: t.arg.id({ required: true, description: 'The reply.' }) },
      resolve: async (_, { id }, { database, identity }) => {
        await deleteCuratedReply(database, identity, id);
        return true;
      },
    }),
  }));
};

const addFinding = (builder: ModelsBuilder): void => {
  const found = builder.objectRef<FoundCuratedReply>('FoundCuratedReply').implement({
    description: 'A curated reply for a question, as the job carries it.',
    inaccessible: true,
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id.' }),
      questions: t.exposeStringList('questions', { description: 'The questions that it is for.' }),
      reply: t.exposeString('reply', { description: 'The text.' }),
    }),
  });
  builder.queryField('findCuratedReply', (t) =>
    t.field({
      type: found,
      nullable: true,
      inaccessible: true,
      authScopes: { service: true },
      description: 'The curated reply whose questions may ask what a question asks. For services only.',
      args: { key: t.arg.string({ required: true, description: 'The key of the question.' }) },
      resolve: (_, { key }, { database, identity }) => findCuratedReply(database, identity.tenantId, key),
    }),
  );
};

export const addReplyCaches = (builder: ModelsBuilder): void => {
  addCuratedReplies(builder);
  addFinding(builder);
  builder.mutationField('clearReplyCaches', (t) =>
    t.field({
      type: 'DateTime',
      authScopes: { role: 'ADMIN' },
      description:
        'Clears the caches of your tenant: no reply that was kept until now is served again. Curated replies stay. Returns when. For administrators.',
      resolve: (_, _args, context) => clearCaches(context, context.identity),
    }),
  );
};
