/** What other services ask of this one. Not in the public schema, and refused to everybody who is not a service. */
import { requireTenant } from '../accounts.ts';
import { releaseTokens } from '../release-tokens.ts';
import { reserveTokens, type TokenReservation } from '../reserve-tokens.ts';
import type { UsageBuilder } from './builder.ts';

export const addInternalFields = ({ builder, PlanTier }: UsageBuilder): void => {
  const ReserveTokensInput = builder.inputType('ReserveTokensInput', {
    description: 'What a generation may need.',
    inaccessible: true,
    fields: (t) => ({
      reservationId: t.id({
        description: "UUID of the reservation, made for one request; null: the message's, as earlier versions ask.",
      }),
      sendId: t.id({
        description: 'UUID of the send: its requests share what they hold. Null: this one shares with nobody.',
      }),
      messageId: t.id({ required: true, description: 'Assistant message that the tokens are for.' }),
      conversationId: t.id({ required: true, description: 'Conversation of the message.' }),
      inputTokens: t.int({ required: true, description: 'Tokens of the prompt, counted or estimated.' }),
      maxOutputTokens: t.int({ required: true, description: 'Most tokens that the answer may have.' }),
      maxCostUsd: t.field({ type: 'Decimal', description: 'Most that the reply may cost; null: nothing.' }),
      maxTitleCostUsd: t.field({
        type: 'Decimal',
        description: 'Most that the title may cost which the reply may lead to; null: nothing.',
      }),
    }),
  });
  const Reservation = builder.objectRef<TokenReservation>('TokenReservation').implement({
    description: 'Tokens held for a generation until it is settled or released, or the reservation expires.',
    inaccessible: true,
    fields: (t) => ({
      messageId: t.exposeID('messageId', { description: 'Message that the tokens are held for.' }),
      plan: t.expose('plan', { type: PlanTier, description: "The tenant's plan, for routing." }),
      reservedTokens: t.exposeFloat('reservedTokens', {
        description: 'Tokens held. A whole number, which may exceed 32 bits.',
      }),
    }),
  });
  builder.queryField('tenantPlan', (t) =>
    t.field({
      type: PlanTier,
      description: "Plan of the identity's tenant.",
      inaccessible: true,
      authScopes: { service: true },
      resolve: async (_, _arguments, context) => (await requireTenant(context)).plan,
    }),
  );
  builder.mutationField('reserveTokens', (t) =>
    t.field({
      type: Reservation,
      description:
        'Holds tokens, and what they may cost, for one generation, once per reservation. QUOTA_EXCEEDED when a quota does not suffice.',
      inaccessible: true,
      authScopes: { service: true },
      args: {
        input: t.arg({ type: ReserveTokensInput, required: true, description: 'What the generation may need.' }),
      },
      resolve: async (_, { input }, { database, identity, reservationTtlSeconds, quotaChanges }) => {
        const reservation = await reserveTokens(database, identity, input, reservationTtlSeconds);
        quotaChanges.announce(identity.tenantId, identity.userId);
        return reservation;
      },
    }),
  );
  builder.mutationField('releaseTokens', (t) =>
    t.boolean({
      description: 'Gives back what a request holds that was not admitted. True when it held tokens until now.',
      inaccessible: true,
      authScopes: { service: true },
      args: {
        messageId: t.arg.id({ description: 'As earlier versions name a reservation: by its message.' }),
        reservationId: t.arg.id({ description: 'The reservation.' }),
      },
      resolve: async (_, { messageId, reservationId }, { database, identity, quotaChanges }) => {
        const released = await releaseTokens(database, identity, reservationId ?? messageId ?? '');
        quotaChanges.announce(identity.tenantId, identity.userId);
        return released;
      },
    }),
  );
};
