/** Moderation cases, which administrators review and resolve. */
import { listCases } from '../cases/list-cases.ts';
import { resolveCase } from '../cases/resolve-case.ts';
import { readOpenedCase, watchCases } from '../cases/watch-cases.ts';
import type { CaseStatus, ModerationCase, Verdict } from '../entities.ts';
import type { VerdictLoader } from '../verdicts/load-verdicts.ts';
import type { SafetyBuilder } from './builder.ts';
import type { VerdictTypes } from './verdict.ts';

const addUser = (builder: SafetyBuilder) => {
  const user = builder.objectRef<{ readonly id: string }>('User').implement({
    fields: (t) => ({ id: t.exposeID('id') }),
  });
  builder.asEntity(user, {
    key: builder.keyDirective(builder.selection<{ id: string }>('id'), false),
    resolveReference: (reference) => reference,
  });
  return user;
};

const verdictOf = async ({ messageId, stage }: ModerationCase, verdicts: VerdictLoader): Promise<Verdict> => {
  const verdict = (await verdicts.load(messageId)).find((candidate) => candidate.stage === stage);
  if (!verdict) throw new Error(`the case of ${messageId} has no verdict`);
  return verdict;
};

const addCaseType = (builder: SafetyBuilder, types: VerdictTypes) => {
  const status = builder.enumType('ModerationCaseStatus', {
    description: 'The decision of an administrator on a case.',
    values: {
      OPEN: { description: 'There is no decision yet.' },
      UPHELD: { description: 'The screening was right.' },
      DISMISSED: { description: 'The screening was wrong.' },
    } satisfies Record<CaseStatus, object>,
  });
  const user = addUser(builder);
  const moderationCase = builder.objectRef<ModerationCase>('ModerationCase').implement({
    description: 'A text that was flagged or blocked, for an administrator to review.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      verdict: t.field({
        type: types.verdict,
        description: 'The result of the screening.',
        resolve: (parent, _, { verdicts }) => verdictOf(parent, verdicts),
      }),
      messageId: t.exposeID('messageId', {
        description:
          'Id of the message. A blocked message is stored nowhere else. Instructions are no message: they have an id of their own, and conversationId.',
      }),
      conversationId: t.field({
        type: 'ID',
        description: 'Id of the conversation. One whose instructions were blocked when it was created does not exist.',
        resolve: async (parent, _, { verdicts }) => (await verdictOf(parent, verdicts)).conversationId,
      }),
      user: t.field({
        type: user,
        description: 'The user who wrote the text, or whose question the reply is to.',
        resolve: ({ userId }) => ({ id: userId }),
      }),
      excerpt: t.exposeString('excerpt', {
        description:
          'The first 500 characters of the text. Of a reply that was ended, the end of what was shown, and what was held back.',
      }),
      status: t.field({ type: status, description: 'The decision.', resolve: (parent) => parent.status }),
      note: t.exposeString('note', { nullable: true, description: 'The reason for the decision.' }),
      resolvedBy: t.field({
        type: user,
        nullable: true,
        description: 'The administrator who decided.',
        resolve: ({ resolvedBy }) => (resolvedBy == null ? null : { id: resolvedBy }),
      }),
      openedAt: t.expose('openedAt', { type: 'DateTime', description: 'When it was screened.' }),
      resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true, description: 'When it was decided.' }),
    }),
  });
  return { status, moderationCase };
};

export const addCases = (builder: SafetyBuilder, types: VerdictTypes): void => {
  const { status, moderationCase } = addCaseType(builder, types);
  const filter = builder.inputType('ModerationCaseFilter', {
    description: 'Selects cases of the list: those that meet every given condition.',
    fields: (t) => ({
      status: t.field({ type: status, description: 'Only cases with this decision.' }),
      stage: t.field({ type: types.stage, description: 'Only messages of users, only replies, or only instructions.' }),
      userId: t.id({ description: 'Only cases of this user.' }),
    }),
  });
  builder.queryField('moderationCases', (t) =>
    t.connection(
      {
        type: moderationCase,
        authScopes: { role: 'ADMIN' },
        description: 'Cases of your tenant, newest first. Pages forward only. For administrators.',
        args: { filter: t.arg({ type: filter, description: 'Narrows the list.' }) },
        resolve: (_, args, { database, identity }) => listCases(database, identity.tenantId, args),
      },
      { name: 'ModerationCaseConnection', description: 'A page of cases.' },
      { name: 'ModerationCaseEdge', description: 'A case in a page.' },
    ),
  );
  builder.mutationField('resolveCase', (t) =>
    t.field({
      type: moderationCase,
      authScopes: { role: 'ADMIN' },
      description: 'Resolves a case of your tenant, or reopens it. For administrators.',
      args: {
        id: t.arg.id({ required: true, description: 'The case.' }),
        status: t.arg({ type: status, required: true, description: 'The decision.' }),
        note: t.arg.string({ description: 'The reason; at most 2000 characters.' }),
      },
      resolve: (_, args, { database, identity }) => resolveCase(database, identity, args),
    }),
  );
  builder.subscriptionField('moderationCaseOpened', (t) =>
    t.field({
      type: moderationCase,
      authScopes: { role: 'ADMIN' },
      description:
        'Each case of your tenant as it is opened. Cases may be missed while a client is disconnected, so refetch moderationCases after a reconnect. For administrators.',
      subscribe: (_, _args, { signals, identity }) => watchCases(signals, identity.tenantId),
      resolve: async (event, _, { database, identity, verdicts }) => {
        const opened = await readOpenedCase(database, identity.tenantId, event);
        verdicts.clear(opened.messageId);
        return opened;
      },
    }),
  );
};
