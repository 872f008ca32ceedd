/** A value that this device keeps, in a component. */
import { useSyncExternalStore } from 'react';
import type { Stored } from './stored.ts';

export const useStored = <Value>({ get, set, subscribe }: Stored<Value>): readonly [Value, (value: Value) => void] => [
  useSyncExternalStore(subscribe, get, get),
  set,
];
