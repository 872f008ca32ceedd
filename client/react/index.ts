/** The entry point of the hooks: everything that applications may import. */
export { useParlance } from './client-context.ts';
export { ParlanceProvider, type ParlanceProviderProps } from './parlance-provider.tsx';
