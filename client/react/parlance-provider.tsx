/** Gives a client to all hooks below it in the tree. Providers of the same client share what they hold. */
import type { ParlanceClient } from '@parlance/client';
import type { ReactNode } from 'react';
import { StoresContext } from './client-context.ts';
import { storesOf } from './stores/stores.ts';
import type { TurnStorage } from './stores/turn-requests.ts';

export interface ParlanceProviderProps {
  /** Made once, outside of components. The application closes it. */
  readonly client: ParlanceClient;
  /**
   * Keeps what was typed across a reload until the server has it, such as localStorage. It belongs to one user. It is
   * taken with the first provider of a client. Default: in memory, which a reload ends.
   */
  readonly storage?: TurnStorage | undefined;
  readonly children?: ReactNode;
}

export const ParlanceProvider = ({ client, storage, children }: ParlanceProviderProps): ReactNode => (
  <StoresContext value={storesOf(client, storage)}>{children}</StoresContext>
);
