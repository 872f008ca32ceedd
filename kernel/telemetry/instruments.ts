/**
 * The instruments of a process. A service declares its own in its metrics.ts, as constants of the process, and calls
 * them where things happen. Invariants: without a recorder nothing is recorded and a call costs one comparison; labels
 * take values from sets that the code or the configuration bounds, and never name a tenant, a user or a message.
 */

export type InstrumentType = 'counter' | 'histogram' | 'gauge';
type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** An instrument as it is exported; docs/operator.md lists all of them. */
export interface Instrument<Label extends string = string> {
  /** By Prometheus's conventions: a counter ends in `_total`, a time in `_seconds`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly labels: readonly Label[];
}

/** A value that is read at each scrape. */
export interface ReadValue {
  readonly value: number;
  readonly labels?: Labels<string>;
}
export type Reading = () => readonly ReadValue[] | Promise<readonly ReadValue[]>;

type Keep = (labels: Labels<string>, value: number) => void;

/** Records the values of instruments (prometheus.ts). */
export interface Recorder {
  counter(instrument: Instrument): Keep;
  histogram(instrument: Instrument, buckets: readonly number[]): Keep;
  /** @param readings the current ones; values with equal labels add up. */
  gauge(instrument: Instrument, readings: ReadonlySet<Reading>): void;
  /** Likewise for values that only grow. */
  tally(instrument: Instrument, readings: ReadonlySet<Reading>): void;
}

export interface Counter<Label extends string> {
  add(labels: Labels<Label>, amount?: number): void;
}

export interface Histogram<Label extends string> {
  observe(labels: Labels<Label>, seconds: number): void;
  /** Starts a clock; the returned function observes the seconds since. */
  start(): (labels: Labels<Label>) => void;
}

/** An instrument that is read at each scrape. */
export interface Gauge {
  /** Adds a reading until it is disposed. */
  from(reading: Reading): Disposable;
}

/** Seconds of things that a person waits for: from half a millisecond to a minute. */
const secondsBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

interface Declared extends Instrument {
  readonly type: InstrumentType;
  bind(recorder: Recorder | undefined): void;
}

let current: Recorder | undefined;
const declared: Declared[] = [];

const declare = (instrument: Declared): void => {
  declared.push(instrument);
  if (current) instrument.bind(current);
};

/** Sets where everything is recorded from now on; undefined: nowhere. */
export const recordWith = (recorder: Recorder | undefined): void => {
  current = recorder;
  for (const instrument of declared) instrument.bind(recorder);
};

/** Whether there is a recorder. */
export const isRecording = (): boolean => current !== undefined;

/** All instruments of the loaded modules. */
export const declaredInstruments = (): readonly (Instrument & { readonly type: InstrumentType })[] => declared;

export const createCounter = <Label extends string = never>(instrument: Instrument<Label>): Counter<Label> => {
  let keep: Keep | undefined;
  declare({
    ...instrument,
    type: 'counter',
    bind: (recorder) => {
      keep = recorder?.counter(instrument);
    },
  });
  return { add: (labels, amount = 1) => keep?.(labels, amount) };
};

const ignore = (): void => {};

export const createHistogram = <Label extends string = never>(
  instrument: Instrument<Label>,
  buckets: readonly number[] = secondsBuckets,
): Histogram<Label> => {
  let keep: Keep | undefined;
  declare({
    ...instrument,
    type: 'histogram',
    bind: (recorder) => {
      keep = recorder?.histogram(instrument, buckets);
    },
  });
  return {
    observe: (labels, seconds) => keep?.(labels, seconds),
    start() {
      if (!keep) return ignore;
      const startedAt = performance.now();
      return (labels) => keep?.(labels, (performance.now() - startedAt) / 1000);
    },
  };
};

const createReadInstrument = (instrument: Instrument, kind: 'gauge' | 'tally'): Gauge => {
  const readings = new Set<Reading>();
  declare({
    ...instrument,
    type: kind === 'gauge' ? 'gauge' : 'counter',
    bind: (recorder) => recorder?.[kind](instrument, readings),
  });
  return {
    from(reading) {
      readings.add(reading);
      return { [Symbol.dispose]: () => readings.delete(reading) };
    },
  };
};

export const createGauge = (instrument: Instrument): Gauge => createReadInstrument(instrument, 'gauge');

/** For a count that exists anyway: its readings only grow. */
export const createTally = (instrument: Instrument): Gauge => createReadInstrument(instrument, 'tally');
