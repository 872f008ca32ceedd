/** The internal fields for other services. Not in the public schema, and refused to everybody but services. */
import { requireTenant } from '../accounts/current-account.ts';
import { type PlanOutputTokens, readOutputTokens } from '../quotas/plan-output-tokens.ts';
import { releaseTokens } from '../quotas/release-tokens.ts';
import { reserveTokens, type TokenReservation } from '../quotas/reserve-tokens.ts';
import type { UsageBuilder } from './builder.ts';

export const addInternalFields = ({ builder, PlanTier }: UsageBuilder): void => {
  const ReserveTokensInput = builder.inputType('ReserveTokensInput', {
    description: 'What a generation may need.',
    inaccessible: true,
    fields: (t) => ({
      reservationId: t.id({
        description:
          "UUID of the reservation, made for one request; null for the message's id, as earlier versions send.",
      }),
      sendId: t.id({
        description: 'UUID of the send, whose requests share one reservation; null to share with none.',
      }),
      messageId: t.id({ required: true, description: 'The reply that the tokens are for.' }),
      conversationId: t.id({ required: true, description: 'The conversation of the reply.' }),
      inputTokens: t.int({ required: true, description: 'Tokens of the prompt, counted or estimated.' }),
      maxOutputTokens: t.int({ required: true, description: 'Most tokens of the reply.' }),
      maxCostUsd: t.field({ type: 'Decimal', description: 'Most that the reply may cost; null for 0.' }),
      maxTitleCostUsd: t.field({
        type: 'Decimal',
        description: 'Most that a title generated after the reply may cost; null for 0.',
      }),
      conversationBudgetUsd: t.field({
        type: 'Decimal',
        description: 'Most that the conversation may cost altogether; null: it has no budget.',
      }),
    }),
  });
  const Reservation = builder.objectRef<TokenReservation>('TokenReservation').implement({
    description: 'Tokens that are held for a generation until they are settled or released, or expire.',
    inaccessible: true,
    fields: (t) => ({
      messageId: t.exposeID('messageId', { description: 'The reply that the tokens are held for.' }),
      plan: t.expose('plan', { type: PlanTier, description: "The tenant's plan, for routing." }),
      reservedTokens: t.exposeFloat('reservedTokens', {
        description: 'Tokens held: a whole number, which may exceed 32 bits.',
      }),
    }),
  });
  builder.queryField('tenantPlan', (t) =>
    t.field({
      type: PlanTier,
      description: "The plan of the identity's tenant.",
      inaccessible: true,
      authScopes: { service: true },
      resolve: async (_, _args, context) => (await requireTenant(context, context.identity)).plan,
    }),
  );
  const OutputTokens = builder.objectRef<PlanOutputTokens>('TenantOutputTokens').implement({
    description: 'How many tokens a reply may have by the plan; null where the plan does not say.',
    inaccessible: true,
    fields: (t) => ({
      byDefault: t.exposeInt('byDefault', { nullable: true, description: 'Where the message does not say.' }),
      most: t.exposeInt('most', { nullable: true, description: 'Most that the message may ask for.' }),
    }),
  });
  builder.queryField('tenantOutputTokens', (t) =>
    t.field({
      type: OutputTokens,
      description: "How long replies get by the plan of the identity's tenant.",
      inaccessible: true,
      authScopes: { service: true },
      resolve: async (_, _args, context) => {
        const { plan } = await requireTenant(context, context.identity);
        return readOutputTokens(context.database.forTenant(context.identity.tenantId), plan);
      },
    }),
  );
  builder.mutationField('reserveTokens', (t) =>
    t.field({
      type: Reservation,
      description:
        'Reserves tokens, and what they may cost, for one generation, once per reservation. Refused with QUOTA_EXCEEDED when a quota does not suffice.',
      inaccessible: true,
      authScopes: { service: true },
      args: {
        input: t.arg({ type: ReserveTokensInput, required: true, description: 'What the generation may need.' }),
      },
      resolve: (_, { input }, context) => reserveTokens(context, context.identity, input),
    }),
  );
  builder.mutationField('releaseTokens', (t) =>
    t.boolean({
      description: 'Releases the reservation of a request that was not admitted. True if it held tokens until now.',
      inaccessible: true,
      authScopes: { service: true },
      args: {
        messageId: t.arg.id({ description: 'The reply, by which earlier versions name a reservation.' }),
        reservationId: t.arg.id({ description: 'The reservation.' }),
      },
      resolve: (_, { messageId, reservationId }, context) =>
        releaseTokens(context, context.identity, reservationId ?? messageId ?? ''),
    }),
  );
};
