/** Who is signed in, for whatever is shown below. */
import { createContext, useContext } from 'react';
import type { Session } from './session.ts';

export const SessionContext = createContext<Session | undefined>(undefined);

export const useSession = (): Session | undefined => useContext(SessionContext);
