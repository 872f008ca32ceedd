/** Sessions of browsers, which the gateway makes when somebody signs in on a web page. */
import { expiryOf, type Session as SessionState } from '#kernel/sessions/sessions.ts';
import { endSession } from '../sessions/end-sessions.ts';
import { listSessions } from '../sessions/list-sessions.ts';
import type { UsageBuilder } from './builder.ts';

export const addSessions = ({ builder }: UsageBuilder): void => {
  const Session = builder.objectRef<SessionState>('Session').implement({
    description: 'A browser in which a user is signed in.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID, which is not secret.' }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When the user signed in.',
        resolve: ({ createdAt }) => new Date(createdAt),
      }),
      lastUsedAt: t.field({
        type: 'DateTime',
        description: 'When it was last used, to the minute.',
        resolve: ({ lastUsedAt }) => new Date(lastUsedAt),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'When it ends unless it is used again.',
        resolve: (session) => new Date(expiryOf(session)),
      }),
      userAgent: t.exposeString('userAgent', {
        description: 'How the browser named itself at the sign-in, which it may do as it likes; empty if it did not.',
      }),
      address: t.exposeString('address', {
        description: 'The network address of the sign-in; for IPv6 its network.',
      }),
      current: t.boolean({
        description: 'Whether this request was sent with it.',
        resolve: ({ id }, _, { identity }) => id === identity.sessionId,
      }),
    }),
  });
  builder.queryField('sessions', (t) =>
    t.field({
      type: [Session],
      description: 'Sessions on web pages, newest first. Sign-ins with a token or an API key have none.',
      args: { userId: t.arg.id({ description: 'A user of your tenant, which requires ADMIN; null: your own.' }) },
      resolve: (_, { userId }, context) => listSessions(context, context.identity, userId).then((all) => [...all]),
    }),
  );
  builder.mutationField('endSession', (t) =>
    t.field({
      type: Session,
      description:
        'Ends a session: your own, or for ADMIN any of the tenant. From then on its requests are refused with UNAUTHENTICATED, and its subscriptions end with it. Returns what it was.',
      args: { id: t.arg.id({ required: true, description: 'Id of the session.' }) },
      resolve: (_, { id }, context) => endSession(context, context.identity, id),
    }),
  );
};
