/** Whether the session of this page has ended. */
const listeners = new Set<() => void>();
let isSignedOut = false;

export const signedOutState = {
  get: (): boolean => isSignedOut,
  set(next: boolean): void {
    isSignedOut = next;
    for (const listener of [...listeners]) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
