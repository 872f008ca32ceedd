/**
 * The client that the hooks use. Invariant: a hook without a provider throws; it does not wait in silence.
 */
import type { ParlanceClient } from '@parlance/client';
import { createContext, useContext } from 'react';

export const ClientContext = createContext<ParlanceClient | undefined>(undefined);

/** The client of the nearest provider. */
export const useParlance = (): ParlanceClient => {
  const client = useContext(ClientContext);
  if (!client) throw new Error('Hooks of @parlance/react need a <ParlanceProvider> above them.');
  return client;
};
