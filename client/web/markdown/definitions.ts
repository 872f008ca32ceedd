/** The link definitions of the text that is shown, for all its parts. */
import { createContext } from 'react';
import type { Definitions } from '../../../contracts/markdown/block.ts';

export const DefinitionsContext = createContext<Definitions>(new Map());
