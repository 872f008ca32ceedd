/** Summaries and budgets in both set-ups, with models of small windows that cost something. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { smallWindows } from '#tests/support/small-windows.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { budgetSuite } from './suite/budgets.ts';
import { summarySuite } from './suite/summaries.ts';

const unhurried = { USER_BURST: '1000', USER_RATE: '1000' };

const startDistributed = async (models: Readonly<Record<string, string>>): Promise<Parlance> => {
  const [postgres, redis, rabbitmq] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
  ]);
  const environment = { worker: models, models, gateway: unhurried };
  return startCompose({ postgres, redis, rabbitmq }, { environment });
};

describe.each([
  {
    name: 'standalone',
    start: (models: Readonly<Record<string, string>>) => startStandalone({ environment: { ...models, ...unhurried } }),
  },
  { name: 'distributed', start: startDistributed },
])('$name', ({ start }) => {
  const stack = new AsyncDisposableStack();
  let parlance: Parlance;
  beforeAll(async () => {
    const directory = stack.use(await createDirectory());
    const MODELS_FILE = join(directory.path, 'models.yaml');
    await writeFile(MODELS_FILE, smallWindows);
    parlance = stack.use(await start({ MODELS_FILE }));
  });
  afterAll(() => stack.disposeAsync());
  summarySuite(() => parlance);
  budgetSuite(() => parlance);
});
