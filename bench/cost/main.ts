/**
 * `npm run cost -- --turns 1000 --seed N`: what a mixed workload costs with one lever after the other, through a whole
 * Parlance in front of a provider that bills by a real price list; what each lever saves, and what it breaks.
 */
import { parseArgs } from 'node:util';
import { type Figure, table } from '../figures.ts';
import { setUps } from './levers.ts';
import { type CostResult, runWorkload } from './run-workload.ts';
import { planWorkload } from './workload.ts';

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const workload = planWorkload(Number(values.turns), Number(values.seed));
const usd = (value: number): string => value.toFixed(4);
const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`);

process.stdout.write(
  `${workload.turns} turns in ${workload.conversations.length} conversations, seed ${values.seed}\n\n`,
);
const results: CostResult[] = [];
const header = [
  '| set-up | USD | of the first | saved by the lever | input (cached) | output | per successful conversation |',
  'hard sent small | facts kept | failed | from caches, savedUsd |',
].join(' ');
process.stdout.write(`${header}\n|${'---|'.repeat(11)}\n`);
for (const setUp of setUps) {
  const result = await runWorkload(setUp, workload);
  const before = results.at(-1);
  results.push(result);
  const { ledger, hard, facts } = result;
  const first = results[0]?.ledger.costUsd ?? ledger.costUsd;
  const row = [
    setUp.name,
    usd(ledger.costUsd),
    percent(ledger.costUsd, first),
    before === undefined ? '-' : usd(before.ledger.costUsd - ledger.costUsd),
    `${ledger.inputTokens} (${percent(ledger.cachedInputTokens, ledger.inputTokens)})`,
    String(ledger.outputTokens),
    usd(ledger.costUsd / Math.max(1, result.successful)),
    `${hard.sentSmall} of ${hard.all}`,
    `${facts.kept} of ${facts.all}`,
    String(result.failed),
    `${ledger.savings.reduce((sum, { hits }) => sum + hits, 0)}, ${usd(ledger.savedUsd)}`,
  ];
  process.stdout.write(`| ${row.join(' | ')} |\n`);
}

const [first, last] = [results[0], results.at(-1)];
if (first === undefined || last === undefined) throw new Error('there are set-ups');
const figures: readonly Figure[] = [
  {
    name: 'cost with all levers, of everything to the large model',
    value: last.ledger.costUsd / first.ledger.costUsd,
    unit: 'of the price',
    atMost: 0.35,
  },
  { name: 'hard questions sent small', value: last.hard.sentSmall / last.hard.all, unit: 'of all', atMost: 0.02 },
  { name: 'facts kept', value: last.facts.kept / last.facts.all, unit: 'of all', atLeast: 0.95 },
];
process.stdout.write(`\n${table(figures)}\n`);
