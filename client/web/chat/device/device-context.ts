/** What this device keeps for the user who is signed in. */
import { createContext, useContext } from 'react';
import type { Drafts } from './drafts.ts';

export interface Device {
  readonly drafts: Drafts;
}

export const DeviceContext = createContext<Device | undefined>(undefined);

export const useDevice = (): Device => {
  const device = useContext(DeviceContext);
  if (!device) throw new Error('There is no device above this component.');
  return device;
};
