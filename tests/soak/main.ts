/**
 * `npm run soak [-- --requests N --users M --seed S]`: exits with 1 when a result was wrong, memory grew or the gateway
 * died. SIGUSR2 makes it rest, and go on.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { report } from './report.ts';
import { restOnSignal } from './rest.ts';
import { runSoak } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200000' },
    users: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const { requests, users, seed } = z
  .object({
    requests: z.coerce.number().int().positive(),
    users: z.coerce.number().int().positive(),
    seed: z.coerce.number().int().nonnegative(),
  })
  .parse(values);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`seed ${seed}: npm run soak -- --requests ${requests} --users ${users} --seed ${seed}`);
const result = await runSoak({ seed, requests, users, say, ...restOnSignal(say) });
say(report(result));
process.exit(result.violations.length === 0 ? 0 : 1);
