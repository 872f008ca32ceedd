/** Opens the list of conversations where the page is too narrow to show it beside the messages. */
import { createContext } from 'react';

export const SideContext = createContext<() => void>(() => undefined);
