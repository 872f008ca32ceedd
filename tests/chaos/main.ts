/**
 * `npm run chaos [-- --minutes N --streams M --seed S --faults "kill worker,cut redis" --standalone]`: exits with 1
 * when a promise was broken.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { report } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { distributedFaults, faultNames, isShort, standaloneFaults } from './schedule.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    streams: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    every: { type: 'string', default: '4' },
    faults: { type: 'string' },
    standalone: { type: 'boolean', default: false },
  },
});
const all = values.standalone ? standaloneFaults : distributedFaults;
const { minutes, streams, seed, every, faults } = z
  .object({
    minutes: z.coerce.number().positive(),
    streams: z.coerce.number().int().positive(),
    seed: z.coerce.number().int().nonnegative(),
    every: z.coerce.number().positive(),
    faults: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(faultNames)).min(1)),
  })
  .parse({ ...values, faults: values.faults ?? all.filter(isShort).join(',') });
const { standalone } = values;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(
  `seed ${seed}: npm run chaos -- --minutes ${minutes} --streams ${streams} --every ${every} --seed ${seed}${standalone ? ' --standalone' : ''}`,
);
const result = await runChaos({
  seed,
  streams,
  durationMs: minutes * 60_000,
  everyMs: every * 1_000,
  faults,
  standalone,
  say,
});
say(report(result));
process.exit(result.violations.length === 0 ? 0 : 1);
