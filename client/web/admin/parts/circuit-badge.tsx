/** Whether a model is used, in a word. One that no worker serves is not, however healthy it was. */
import type { CircuitState } from '../generated/graphql.ts';
import { useWords } from '../translations/words.ts';
import { Badge, type Tone } from './figures.tsx';

const tones: Readonly<Record<CircuitState, Tone>> = { CLOSED: 'good', HALF_OPEN: 'warning', OPEN: 'bad' };

interface CircuitBadgeProps {
  readonly state: CircuitState;
  readonly liveWorkers: number;
}

export const CircuitBadge = ({ state, liveWorkers }: CircuitBadgeProps) => {
  const w = useWords();
  if (liveWorkers === 0) return <Badge>{w('circuit.noWorker')}</Badge>;
  return <Badge tone={tones[state]}>{w(`circuit.${state}`)}</Badge>;
};
