/** Moderation cases: what administrators look at and decide. */
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import { listCases } from '../cases/list-cases.ts';
import { resolveCase } from '../cases/resolve-case.ts';
import { CaseEntity, type CaseStatus, type ModerationCase } from '../entities.ts';
import { caseOpenedTopic } from '../verdicts/record-verdict.ts';
import type { SafetyBuilder } from './builder.ts';
import type { VerdictTypes } from './verdict.ts';

const openedSchema = z.object({ caseId: z.uuid() });

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

const addCaseType = (builder: SafetyBuilder, types: VerdictTypes) => {
  const status = builder.enumType('ModerationCaseStatus', {
    description: 'What an administrator decided on a case.',
    values: {
      OPEN: { description: 'Nothing yet.' },
      UPHELD: { description: 'The screening was right.' },
      DISMISSED: { description: 'The screening was wrong.' },
    } satisfies Record<CaseStatus, object>,
  });
  const user = addUser(builder);
  const moderationCase = builder.objectRef<ModerationCase>('ModerationCase').implement({
    description: 'A message that was flagged or blocked, for an administrator to look at.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      verdict: t.field({
        type: types.verdict,
        description: 'What the screening found.',
        resolve: async ({ messageId, stage }, _, { verdicts }) => {
          const verdict = (await verdicts.load(messageId)).find((candidate) => candidate.stage === stage);
          if (!verdict) throw new Error(`the case of ${messageId} has no verdict`);
          return verdict;
        },
      }),
      messageId: t.exposeID('messageId', { description: 'The message. One that was blocked exists nowhere else.' }),
      user: t.field({
        type: user,
        description: 'Who wrote the message, or whom it answers.',
        resolve: ({ userId }) => ({ id: userId }),
      }),
      excerpt: t.exposeString('excerpt', { description: 'The first 500 characters of the text.' }),
      status: t.field({ type: status, description: 'What was decided.', resolve: (parent) => parent.status }),
      note: t.exposeString('note', { nullable: true, description: 'Why it was decided so.' }),
      resolvedBy: t.field({
        type: user,
        nullable: true,
        description: 'Who decided.',
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
    description: 'Which cases to list. Every condition given must hold.',
    fields: (t) => ({
      status: t.field({ type: status, description: 'Only those that stand so.' }),
      stage: t.field({ type: types.stage, description: "Only people's messages, or only models'." }),
      userId: t.id({ description: 'Only those of this user.' }),
    }),
  });
  builder.queryField('moderationCases', (t) =>
    t.connection(
      {
        type: moderationCase,
        authScopes: { role: 'ADMIN' },
        description: 'Cases of your tenant, newest first. Forward paging only. For administrators.',
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
      description: 'Decides a case of your tenant, or opens it again. For administrators.',
      args: {
        id: t.arg.id({ required: true, description: 'The case.' }),
        status: t.arg({ type: status, required: true, description: 'The decision.' }),
        note: t.arg.string({ description: 'Why; at most 2000 characters.' }),
      },
      resolve: (_, args, { database, identity }) => resolveCase(database, identity, args),
    }),
  );
  builder.subscriptionField('moderationCaseOpened', (t) =>
    t.field({
      type: moderationCase,
      authScopes: { role: 'ADMIN' },
      description:
        'Each case of your tenant when it is opened. Some may be missed while a client is away: read moderationCases after a reconnect. For administrators.',
      subscribe: (_, _args, { signals, identity }) =>
        iterateSignals(signals, caseOpenedTopic(identity.tenantId), (payload) => openedSchema.safeParse(payload).data),
      resolve: async ({ caseId }, _, { database, identity, verdicts }) => {
        const opened = await database.forTenant(identity.tenantId).findOne(CaseEntity, { id: caseId });
        if (!opened) throw new AppError('NOT_FOUND', 'The case is gone.');
        verdicts.clear(opened.messageId);
        return opened;
      },
    }),
  );
};
