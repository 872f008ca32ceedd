/**
 * The faults of one execution. Every decision follows from the seed and from what is requested, never from how often or
 * in which order, so that executors which send different fetches meet the same faults.
 */
import { hashOf, type Instance, type LeafFault, type World } from './world.ts';

const faultModes = ['none', 'leaves', 'errors', 'entities', 'short', 'down', 'refusing', 'slow', 'everything'] as const;
export type FaultMode = (typeof faultModes)[number];

export interface Faults {
  /** Fault of one field of one object, in subgraphs and monolith alike. */
  ofField(of: Instance, field: string): LeafFault | undefined;
  /** Fault of an entity that one subgraph resolves. */
  ofEntity(subgraph: string, of: Instance): 'null' | 'error' | undefined;
  /** Fault of a whole fetch. `delay` iterations of the event loop pass before the response. */
  ofFetch(
    subgraph: string,
    text: string,
  ): { readonly kind: 'short' | 'down' | 'refusing' | undefined; readonly delay: number };
}

export const createFaults = (mode: FaultMode, seed: number, world: World): Faults => {
  const has = (other: FaultMode): boolean => mode === other || mode === 'everything';
  const oneOf = (count: number, text: string): boolean => hashOf(`${seed} ${text}`) % count === 0;
  return {
    ofField(of, field) {
      if (world.sound.has(field) || of.type === 'Mutation') return undefined;
      const at = `${of.type} ${of.n} ${field}`;
      if (has('errors') && oneOf(9, `error ${at}`)) return 'error';
      if (!has('leaves')) return undefined;
      if (oneOf(9, `null ${at}`)) return 'null';
      return !world.isComposite(of, field) && oneOf(7, `bad ${at}`) ? 'bad' : undefined;
    },
    ofEntity(subgraph, of) {
      const at = `${subgraph} ${of.type} ${of.n}`;
      if (!has('entities') || !oneOf(3, `entity ${at}`)) return undefined;
      return oneOf(2, `how ${at}`) ? 'null' : 'error';
    },
    ofFetch(subgraph, text) {
      const at = `${subgraph} ${text}`;
      const delay = has('slow') ? hashOf(`${seed} slow ${at}`) % 4 : 0;
      if (has('short') && oneOf(2, `short ${at}`)) return { kind: 'short', delay };
      if (has('down') && oneOf(2, `down ${subgraph}`)) return { kind: 'down', delay };
      if (has('refusing') && oneOf(2, `refusing ${subgraph}`)) return { kind: 'refusing', delay };
      return { kind: undefined, delay };
    },
  };
};
