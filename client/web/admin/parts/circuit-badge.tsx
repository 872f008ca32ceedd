/** Whether a model is used, in a word. */
import type { CircuitState } from '../generated/graphql.ts';
import { useWords } from '../translations/words.ts';
import { Badge, type Tone } from './figures.tsx';

const tones: Readonly<Record<CircuitState, Tone>> = { CLOSED: 'good', HALF_OPEN: 'warning', OPEN: 'bad' };

export const CircuitBadge = ({ state }: { readonly state: CircuitState }) => {
  const w = useWords();
  return <Badge tone={tones[state]}>{w(`circuit.${state}`)}</Badge>;
};
