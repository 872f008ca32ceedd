/**
 * Records metrics in memory for Prometheus to scrape, together with prom-client's metrics of the process itself: CPU,
 * memory, event loop, garbage collection. Invariant: a reading that fails or takes too long is exported as NaN and
 * affects nothing else.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { withDeadline } from '../connections/deadline.ts';
import type { Logger } from '../log.ts';
import type { Instrument, Reading, ReadValue, Recorder } from './instruments.ts';

export interface PrometheusRecorder extends Recorder {
  readonly contentType: string;
  /** The page for the scraper. */
  page(): Promise<string>;
}

/** Milliseconds that one reading may take: far below the usual scrape timeout of 10 seconds. */
const readingDeadlineMs = 1_000;

export const createPrometheusRecorder = (processName: string, logger: Logger): PrometheusRecorder => {
  const registry = new Registry();
  registry.setDefaultLabels({ process: processName });
  collectDefaultMetrics({ register: registry });
  const optionsOf = ({ name, help, labels }: Instrument) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });

  const read = async ({ name, labels }: Instrument, reading: Reading): Promise<readonly ReadValue[]> => {
    try {
      return await withDeadline(
        Promise.resolve(reading()),
        readingDeadlineMs,
        () => new Error(`no response within ${readingDeadlineMs} ms`),
      );
    } catch (err) {
      logger.warn({ err, metric: name }, 'a metric cannot be read');
      return labels.length === 0 ? [{ value: Number.NaN }] : [];
    }
  };

  const readAll = async (instrument: Instrument, readings: ReadonlySet<Reading>): Promise<readonly ReadValue[]> =>
    (await Promise.all([...readings].map((reading) => read(instrument, reading)))).flat();

  return {
    contentType: registry.contentType,
    page: () => registry.metrics(),
    counter(instrument) {
      const counter = new Counter(optionsOf(instrument));
      return (labels, value) => counter.inc(labels, value);
    },
    histogram(instrument, buckets) {
      const histogram = new Histogram({ ...optionsOf(instrument), buckets: [...buckets] });
      return (labels, value) => histogram.observe(labels, value);
    },
    gauge(instrument, readings) {
      const gauge = new Gauge({
        ...optionsOf(instrument),
        async collect() {
          const values = await readAll(instrument, readings);
          gauge.reset();
          for (const { value, labels = {} } of values) gauge.inc(labels, value);
        },
      });
    },
    tally(instrument, readings) {
      const counter = new Counter({
        ...optionsOf(instrument),
        async collect() {
          const values = await readAll(instrument, readings);
          counter.reset();
          for (const { value, labels = {} } of values) counter.inc(labels, value);
        },
      });
    },
  };
};
