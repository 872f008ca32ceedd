/** The state of a store in a component. */
import { useSyncExternalStore } from 'react';
import type { Observable } from './stores/subject.ts';

export const useStore = <State>({ subscribe, getSnapshot }: Observable<State>): State =>
  useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
