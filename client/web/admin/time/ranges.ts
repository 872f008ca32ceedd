/** Ranges of time in UTC, which is how days and months are billed. The end of each is exclusive. */
const dayMs = 86_400_000;

export interface Range {
  readonly from: string;
  readonly to: string;
}

const dayOf = (moment: Date): number => Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());

const between = (from: number, to: number): Range => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});

export const today = (now: Date): Range => between(dayOf(now), dayOf(now) + dayMs);

export const monthToDate = (now: Date): Range =>
  between(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1), dayOf(now) + dayMs);

/** Ends with today. */
export const lastDays = (now: Date, days: number): Range =>
  between(dayOf(now) - (days - 1) * dayMs, dayOf(now) + dayMs);

/** Both are YYYY-MM-DD and belong to the range; undefined where it would be none. */
export const rangeOfDays = (first: string, last: string): Range | undefined => {
  const [from, to] = [Date.parse(`${first}T00:00:00Z`), Date.parse(`${last}T00:00:00Z`)];
  return Number.isNaN(from) || Number.isNaN(to) || from > to ? undefined : between(from, to + dayMs);
};

/** The days of a range as `rangeOfDays` takes them. */
export const daysOf = ({ from, to }: Range): readonly [string, string] => [
  from.slice(0, 10),
  new Date(Date.parse(to) - 1).toISOString().slice(0, 10),
];
