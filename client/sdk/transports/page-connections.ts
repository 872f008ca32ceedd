/**
 * The connections that the pages of an origin hold open for streams. A browser opens at most six to a server of
 * HTTP/1.1, for all its tabs. Streams that held all of them would leave none for requests, such as the one that stops
 * a reply. So the tabs share a few places, and a stream that finds none waits until another one ends.
 */
import { createDeferred } from '../deferred.ts';

/** Leaves two of the six for requests. */
const places = ['parlance-stream-1', 'parlance-stream-2', 'parlance-stream-3', 'parlance-stream-4'];

/** Web Locks, as far as they are used here. */
interface Locks {
  request(name: string, options: { readonly signal: AbortSignal }, hold: () => unknown): Promise<unknown>;
}

/** Whether this is a page, where connections are few; other programs have as many as they open. */
export const isPage = (): boolean => 'document' in globalThis;

/**
 * Resolves with a function that gives the place back, or when the signal is aborted. Where there are no locks, as in a
 * page that was not delivered securely, places are not counted.
 */
export const takePlace = async (signal: AbortSignal): Promise<() => void> => {
  const { navigator }: { readonly navigator?: { readonly locks?: Locks } } = globalThis;
  const locks = isPage() ? navigator?.locks : undefined;
  if (!locks) return () => {};
  const { promise: held, resolve: release } = createDeferred<void>();
  const { promise: settled, resolve: settle } = createDeferred<void>();
  const waiting = new AbortController();
  let isSettled = false;
  const hold = (): Promise<void> | undefined => {
    if (isSettled) return undefined;
    isSettled = true;
    settle();
    return held;
  };
  const stopWaiting = (): void => {
    isSettled = true;
    settle();
  };
  signal.addEventListener('abort', stopWaiting, { once: true });
  if (signal.aborted) stopWaiting();
  // Refused locks mean that places cannot be counted; those that are given up below are settled already.
  for (const name of places) locks.request(name, { signal: waiting.signal }, hold).catch(stopWaiting);
  await settled;
  waiting.abort();
  signal.removeEventListener('abort', stopWaiting);
  return () => release();
};
