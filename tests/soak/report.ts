/** A soak as a table: what was done to the gateway, and what was wrong. */
import type { SoakResult } from './run-soak.ts';

const row = (name: string, value: string | number): string => `  ${name.padEnd(36)}${String(value).padStart(10)}`;
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** Violations that are printed in full. */
const shown = 20;

export const report = ({ done, partial, restarts, reloads, seconds, trends, violations }: SoakResult): string => {
  const all = [...done.values()].reduce((sum, count) => sum + count, 0);
  return [
    'requests',
    ...[...done].map(([name, count]) => row(name, count)),
    row('all', all),
    row('a second', Math.round(all / seconds)),
    row('with a part missing, and why', partial),
    'meanwhile',
    row('subgraphs killed and started again', restarts),
    row('supergraphs replaced', reloads),
    'memory of the gateway, collected',
    ...trends.flatMap(({ name, afterThird, atEnd, atMost }) => [
      row(`${name}, after a third`, mib(afterThird)),
      row(`${name}, at the end`, mib(atEnd)),
      row(`${name}, at most`, mib(atMost)),
    ]),
    ...(trends.length === 0 ? ['  not judged: too few requests'] : []),
    row('violations (goal 0)', violations.length),
    ...violations.slice(0, shown).map((violation) => `! ${violation.slice(0, 1000)}`),
  ].join('\n');
};
