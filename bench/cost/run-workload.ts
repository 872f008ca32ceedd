/**
 * One set-up of the cost run: the whole workload through a standalone of its own, in front of the priced provider.
 * What it cost is what the ledger says, beside what the provider counted; what it broke is read from the replies.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';
import { createClient, type TestClient, textOfEvents } from '#tests/support/client.ts';
import { findUser, type Parlance } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { until } from '#tests/support/until.ts';
import { modelsFile, policyOf, type SetUp, smallest } from './levers.ts';
import { type PricedProvider, startPricedProvider } from './priced-provider.ts';
import { type PlannedConversation, userCount, type Workload } from './workload.ts';

export interface CostResult {
  readonly setUp: SetUp;
  /** Sums of the ledger. */
  readonly ledger: Totals;
  /** By the provider's own count. */
  readonly billedUsd: number;
  readonly conversations: number;
  /** Conversations whose replies all came, in which no hard question was sent small and no fact was missed. */
  readonly successful: number;
  readonly failed: number;
  readonly hard: { readonly all: number; readonly sentSmall: number };
  readonly facts: { readonly all: number; readonly kept: number };
}

const amount = z.coerce.number();
const totalsSchema = z.object({
  costUsd: amount,
  savedUsd: amount,
  inputTokens: amount,
  cachedInputTokens: amount,
  outputTokens: amount,
  generations: amount,
  savings: z.array(z.object({ lever: z.string(), hits: amount, savedUsd: amount })),
});
export type Totals = z.infer<typeof totalsSchema>;

/** Conversations at once. */
const concurrency = 6;
const most = '1000000000';

const report = `query($range: UsageRangeInput!) {
  usageReport(groupBy: MODEL, range: $range) {
    totals { costUsd savedUsd inputTokens cachedInputTokens outputTokens generations savings { lever hits savedUsd } }
  }
}`;

const readTotals = async (admin: TestClient): Promise<Totals> => {
  const day = 86_400_000;
  const range = { from: new Date(Date.now() - day).toISOString(), to: new Date(Date.now() + day).toISOString() };
  const shape = z.object({ usageReport: z.object({ totals: totalsSchema }) });
  return (await admin.query(shape, report, { range })).usageReport.totals;
};

const signInUsers = async ({ url, issuer }: Parlance, stack: AsyncDisposableStack): Promise<readonly TestClient[]> => {
  const { tenant, user } = findUser('ada');
  return Promise.all(
    Array.from({ length: userCount }, async () => {
      const request = { tenant, user: { ...user, id: uuidv7() }, roles: ['USER'], scope: '', expires: '6h' } as const;
      return stack.use(createClient(() => url, await issuer.sign(request)));
    }),
  );
};

/** What became of a conversation. */
interface Outcome {
  readonly failed: number;
  readonly sentSmall: number;
  readonly kept: number;
  readonly asked: number;
}

const converse = async (client: TestClient, { turns }: PlannedConversation): Promise<Omit<Outcome, 'sentSmall'>> => {
  const id = await client.createConversation();
  let [failed, kept, asked] = [0, 0, 0];
  for (const { text, asks, temperature } of turns) {
    const { events } = await client.converse(id, text, temperature === undefined ? {} : { temperature });
    if (events.at(-1)?.__typename !== 'MessageCompleted') failed += 1;
    if (asks === undefined) continue;
    asked += 1;
    if (textOfEvents(events).includes(asks)) kept += 1;
  }
  return { failed, kept, asked };
};

/** Hard questions that no model but the smallest was asked. */
const sentSmall = ({ turns }: PlannedConversation, provider: PricedProvider): number =>
  turns.filter(({ text, complexity }) => {
    if (complexity !== 'COMPLEX') return false;
    const models = provider.modelsOf(text.trim());
    return models.size === 1 && models.has(smallest.slice('openai/'.length));
  }).length;

const openStand = async (setUp: SetUp, provider: PricedProvider, stack: AsyncDisposableStack): Promise<Parlance> => {
  const directory = stack.use(await createDirectory());
  const file = join(directory.path, 'models.yaml');
  await writeFile(file, modelsFile(provider.baseUrl));
  const limits = { USER_BURST: most, USER_RATE: most, TENANT_BURST: most, TENANT_RATE: most };
  const parlance = await startStandalone({
    environment: {
      ...limits,
      MODELS_FILE: file,
      OPENAI_BASE_URL: '',
      OPENAI_API_KEY: '',
      SUMMARISE_AT_PERCENT: String(setUp.summariseAtPercent),
    },
  });
  return stack.use(parlance);
};

export const runWorkload = async (setUp: SetUp, { conversations }: Workload): Promise<CostResult> => {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await startPricedProvider(setUp.cachesPrefixes));
  const parlance = await openStand(setUp, provider, stack);
  const admin = await parlance.as('ada', {
    roles: ['USER', 'ADMIN', 'BILLING_ADMIN'],
    scope: 'tenants:write',
    expires: '6h',
  });
  await admin.query(z.unknown(), 'mutation { setPlan(plan: ENTERPRISE) { id } }');
  const upsert = 'mutation($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
  await admin.query(z.unknown(), upsert, { input: policyOf(setUp) });
  const users = await signInUsers(parlance, stack);

  const waiting = [...conversations];
  const outcomes: Outcome[] = [];
  const talk = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const client = users[next.user];
      if (client === undefined) throw new Error('each conversation has a user');
      outcomes.push({ ...(await converse(client, next)), sentSmall: sentSmall(next, provider) });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, talk));
  // Titles and summaries may still be written: the ledger is whole when the provider's bill has reached it.
  const ledger = await until(
    () => readTotals(admin),
    ({ costUsd }) => Math.abs(costUsd - provider.billedUsd) < 1e-6,
  );
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
  const hard = conversations.flatMap(({ turns }) => turns).filter(({ complexity }) => complexity === 'COMPLEX').length;
  return {
    setUp,
    ledger,
    billedUsd: provider.billedUsd,
    conversations: conversations.length,
    successful: outcomes.filter((one) => one.failed === 0 && one.sentSmall === 0 && one.kept === one.asked).length,
    failed: sum(({ failed }) => failed),
    hard: { all: hard, sentSmall: sum((one) => one.sentSmall) },
    facts: { all: sum(({ asked }) => asked), kept: sum(({ kept }) => kept) },
  };
};
