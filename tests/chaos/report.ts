/** A run as a table: what was done to the system, and what it did to its promises. */
import { violationKinds } from './check.ts';
import { waitsOf } from './going-on.ts';
import type { ChaosResult } from './run-chaos.ts';

const row = (name: string, value: number | string): string => `  ${name.padEnd(36)}${String(value).padStart(8)}`;

/** Violations that are printed in full. */
const shown = 20;

/** The value below which a share of them lies; 0 of none. */
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? 0;

const spread = (values: readonly number[]): string =>
  [0.5, 0.99, 1].map((share) => String(quantile(values, share)).padStart(8)).join('');

export const report = ({ done, history, sends, events, passed, violations }: ChaosResult): string => {
  const waits = waitsOf(
    history,
    sends.flatMap(({ followings }) => followings),
  );
  return [
    `faults${' '.repeat(31)} count  silent   on after (milliseconds at most; the latter from the end of the fault)`,
    ...waits.map(({ name, silentMs, goingOnMs }) =>
      row(name, [done.get(name) ?? 0, silentMs, goingOnMs].map((value) => String(value).padStart(8)).join('')),
    ),
    row('stopped by its user', sends.filter(({ stopped }) => stopped).length),
    row('provider fails in the middle', sends.filter(({ providerFails }) => providerFails).length),
    row('provider refuses first', sends.filter(({ providerRefusals }) => providerRefusals > 0).length),
    row('calls that waited for their user', sends.filter(({ call }) => call?.decision !== undefined).length),
    row('calls without asking', sends.filter(({ call }) => call && call.decision === undefined).length),
    row('replies that have to be JSON', sends.filter(({ text }) => text !== undefined).length),
    'load',
    row('replies', sends.length),
    row('events delivered', events),
    'milliseconds: half, 99 of 100, the slowest',
    row('until a send is taken', spread(sends.map(({ takenMs }) => takenMs))),
    row('from there to the end of its reply', spread(sends.map(({ repliedMs }) => repliedMs))),
    'errors after which clients try again',
    ...[...passed].map(([code, count]) => row(code, count)),
    'violations (goal 0)',
    ...violationKinds.map((kind) => row(kind, violations.filter((one) => one.kind === kind).length)),
    row('all', violations.length),
    ...violations
      .slice(0, shown)
      .flatMap(({ kind, messageId, detail, circumstances }) => [
        `! ${kind}: ${messageId}: ${detail}`,
        ...circumstances,
      ]),
  ].join('\n');
};
