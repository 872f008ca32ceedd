/** The cost of each day. */
import { useCallback } from 'react';
import { formatUsd } from '../../formats/format.ts';
import { useLanguage } from '../../translations/translation.ts';
import { useWords } from '../translations/words.ts';
import { Chart, type ChartPoint } from './chart.tsx';

export const DayChart = ({ points }: { readonly points: readonly ChartPoint[] }) => {
  const w = useWords();
  const language = useLanguage();
  const format = useCallback((value: number) => formatUsd(String(value), language), [language]);
  return <Chart label={w('usage.chart')} points={points} format={format} />;
};
