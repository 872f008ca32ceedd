/** What the benchmarks hand back, and how it is counted and shown. */

/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The goal, where there is one. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** The value that the given share (0 to 1) of the values does not exceed. Throws when there are none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
};

const shown = (value: number): string =>
  value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

const verdict = ({ value, atMost, atLeast }: Figure): string => {
  if (atLeast !== undefined) return `at least ${atLeast}: ${value >= atLeast ? 'met' : 'missed'}`;
  if (atMost === undefined) return '';
  return `at most ${atMost}: ${value <= atMost ? 'met' : 'missed'}`;
};

/** Lines of a table, one for each figure. */
export const table = (figures: readonly Figure[]): string => {
  const cells = figures.map((figure) => [figure.name, shown(figure.value), figure.unit, verdict(figure)] as const);
  const width = (column: 0 | 1 | 2): number => Math.max(0, ...cells.map((row) => row[column].length));
  const [names, values, units] = [width(0), width(1), width(2)];
  return cells
    .map(([name, value, unit, goal]) =>
      `${name.padEnd(names)}  ${value.padStart(values)} ${unit.padEnd(units)}  ${goal}`.trimEnd(),
    )
    .join('\n');
};
