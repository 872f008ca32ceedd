/** What usage asks before it gives back what is held for a reply. Not in the public schema. */
import { validate } from 'uuid';
import { inFlightStatuses, MessageEntity } from '../entities.ts';
import { builder } from './builder.ts';

/** Milliseconds within which usage hears of an end, also where its results had to wait for its database. */
const heardWithinMs = 900_000;

builder.queryField('awaitedReplies', (t) =>
  t.field({
    type: ['ID'],
    description: 'Of these replies those that have not ended, or within the last 15 minutes.',
    inaccessible: true,
    authScopes: { service: true },
    args: { messageIds: t.arg.idList({ required: true, description: 'Ids of replies, stored or not.' }) },
    resolve: async (_, { messageIds }, { identity, services }) => {
      const ids = messageIds.filter((id) => validate(id));
      const since = new Date(Date.now() - heardWithinMs);
      const found = await services.database
        .forTenant(identity.tenantId)
        .find(
          MessageEntity,
          { id: { $in: ids }, $or: [{ status: { $in: [...inFlightStatuses] } }, { completedAt: { $gt: since } }] },
          { fields: ['id'] },
        );
      return found.map(({ id }) => id);
    },
  }),
);
