/**
 * A chart over days, in the colours of the theme. It draws on a canvas, so its label says what is in it, and the page
 * has the same figures as a table.
 */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import styles from '../parts/parts.module.css';

export interface ChartPoint {
  /** YYYY-MM-DD, in UTC. */
  readonly day: string;
  readonly value: number;
}

export interface ChartProps {
  readonly label: string;
  readonly points: readonly ChartPoint[];
  readonly format: (value: number) => string;
}

const height = 220;
/** Seconds. */
const halfDay = 12 * 60 * 60;
/** Of the labels beside the chart, in pixels. */
const characterWidth = 7;
const labelMargin = 22;
/** The least range, in the unit of the values: days without any cost are drawn on a scale that can be read. */
const leastRange = 0.01;

const colour = (name: string): string => {
  // A colour scheme resolves only in a colour of an element.
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

const optionsOf = ({ label, format }: Omit<ChartProps, 'points'>, width: number): uPlot.Options => {
  const bars = uPlot.paths.bars?.({ size: [0.7, 48], radius: 0.15 });
  const ink = colour('--ink-soft');
  const line = colour('--line');
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    scales: {
      // So that the first and the last bar are shown whole.
      x: { range: (_, first, last) => [first - halfDay, last + halfDay] },
      y: { range: (_, __, most) => [0, Math.max(most * 1.1, leastRange)] },
    },
    axes: [
      axis,
      {
        ...axis,
        size: (_, labels) => labelMargin + characterWidth * Math.max(0, ...(labels ?? []).map(({ length }) => length)),
        values: (_, ticks) => ticks.map(format),
      },
    ],
    series: [
      {},
      {
        label,
        stroke: colour('--accent'),
        fill: colour('--accent'),
        ...(bars ? { paths: bars } : {}),
        points: { show: false },
      },
    ],
  };
};

export const Chart = ({ label, points, format }: ChartProps) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const data: uPlot.AlignedData = [
      points.map(({ day }) => Date.parse(day) / 1_000),
      points.map(({ value }) => value),
    ];
    const chart = new uPlot(optionsOf({ label, format }, element.clientWidth), data, element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [label, points, format]);
  return <div ref={place} className={styles['chart']} role="img" aria-label={label} />;
};
