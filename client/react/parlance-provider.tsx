/** Gives its client to all hooks below it in the tree. */
import type { ParlanceClient } from '@parlance/client';
import type { ReactNode } from 'react';
import { ClientContext } from './client-context.ts';

export interface ParlanceProviderProps {
  /** Made once, outside of components. The application closes it. */
  readonly client: ParlanceClient;
  readonly children?: ReactNode;
}

export const ParlanceProvider = ({ client, children }: ParlanceProviderProps): ReactNode => (
  <ClientContext value={client}>{children}</ClientContext>
);
