/** What a console of administrators follows: it is notified of what others of the tenant do, and of nothing else. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';

const usageChanged = 'subscription { tenantUsageChanged { id budget { spentUsd } quota { day { usedTokens } } } }';
const usageShape = z.object({
  tenantUsageChanged: z.object({
    id: z.string(),
    budget: z.object({ spentUsd: z.string() }),
    quota: z.object({ day: z.object({ usedTokens: z.number() }) }),
  }),
});
const modelsChanged = 'subscription { modelsChanged { id health { samples } } }';
const modelsShape = z.object({
  modelsChanged: z.array(z.object({ id: z.string(), health: z.object({ samples: z.number() }) })),
});

/** Reads events until one fits; `act` is repeated until the first arrives, because it may come before the opening. */
const firstThat = async <Data>(
  events: AsyncIterableIterator<Data>,
  act: () => Promise<unknown>,
  fits: (data: Data) => boolean,
): Promise<Data> => {
  let first: IteratorResult<Data> | undefined;
  const arriving = events.next().then((step) => {
    first = step;
  });
  while (!first) await Promise.race([arriving, act()]);
  for (let step = first; !step.done; step = await events.next()) if (fits(step.value)) return step.value;
  throw new Error('the subscription has ended');
};

export const consoleChangeSuite = (parlance: () => Parlance): void => {
  const converse = async (client: TestClient): Promise<void> => {
    // A model that takes its time keeps repeated questions below the limit of requests.
    await client.converse(await client.createConversation(), 'script: tokens=3 pace=100');
  };

  test('administrators see spend and models move while others of the tenant write, and users may not watch', async () => {
    const ada = await parlance().as('ada', { roles: ['USER', 'ADMIN'] });
    const grace = await parlance().as('grace');
    const usage = ada.follow(usageShape, usageChanged);
    const before = Number(
      (
        await firstThat(
          usage,
          () => converse(grace),
          () => true,
        )
      ).tenantUsageChanged.budget.spentUsd,
    );
    await converse(grace);
    const isMore = ({ tenantUsageChanged }: z.infer<typeof usageShape>) =>
      Number(tenantUsageChanged.budget.spentUsd) > before;
    expect(
      (await firstThat(usage, () => converse(grace), isMore)).tenantUsageChanged.quota.day.usedTokens,
    ).toBeGreaterThan(0);
    await usage.return?.();

    const models = ada.follow(modelsShape, modelsChanged);
    const hasSamples = ({ modelsChanged: all }: z.infer<typeof modelsShape>) =>
      all.some(({ health }) => health.samples > 0);
    await firstThat(models, () => converse(grace), hasSamples);
    await models.return?.();
    await expect(grace.follow(usageShape, usageChanged).next()).rejects.toThrow('"FORBIDDEN"');
  });
};
