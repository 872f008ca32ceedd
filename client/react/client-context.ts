/**
 * The client that the hooks use, and its stores. Invariant: a hook without a provider throws; it does not wait in
 * silence.
 */
import type { ParlanceClient } from '@parlance/client';
import { createContext, useContext } from 'react';
import type { Stores } from './stores/stores.ts';

export const StoresContext = createContext<Stores | undefined>(undefined);

export const useStores = (): Stores => {
  const stores = useContext(StoresContext);
  if (!stores) throw new Error('Hooks of @parlance/react need a <ParlanceProvider> above them.');
  return stores;
};

/** The client of the nearest provider. */
export const useParlance = (): ParlanceClient => useStores().client;
