/** Shows a short message at the edge of the page. */
import { createContext, useContext } from 'react';

export interface Notice {
  readonly words: string;
  /** A button with these words. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

export const NotifyContext = createContext<(notice: Notice) => void>(() => undefined);

export const useNotify = (): ((notice: Notice) => void) => useContext(NotifyContext);
