/**
 * Something that is read once and shown in many places, such as the models. Invariant: however many components show it,
 * it is read once, and again only when it is old, when it was announced to have changed, or on request.
 */
import type { ParlanceError } from '@parlance/client';
import { createLoader } from './load.ts';
import { createSubject, type Observable } from './subject.ts';

export interface ResourceState<Value> {
  /** Undefined until it is there. */
  readonly value: Value | undefined;
  /** Why it is not there, or why it may be out of date. */
  readonly error: ParlanceError | undefined;
}

export interface Resource<Value> extends Observable<ResourceState<Value>> {
  refetch(): Promise<void>;
  /** The user has signed in again. */
  restart(): void;
  /** Takes a value that arrived in another way. */
  set(value: Value): void;
}

export interface ResourceOptions<Value> {
  readonly read: () => Promise<Value>;
  /** Milliseconds after which a component that comes has it read again. */
  readonly staleAfterMs: number;
  /** Called while somebody watches. Returns a function that ends it. */
  readonly follow?: (resource: Resource<Value>) => () => void;
}

export const createResource = <Value>({ read, staleAfterMs, follow }: ResourceOptions<Value>): Resource<Value> => {
  const loader = createLoader();
  let readAt = Number.NEGATIVE_INFINITY;
  let leave: (() => void) | undefined;

  const subject = createSubject<ResourceState<Value>>(
    { value: undefined, error: undefined },
    {
      onWatched() {
        leave = follow?.(resource);
        if (Date.now() - readAt > staleAfterMs) void resource.refetch();
      },
      onUnwatched() {
        leave?.();
        loader.cancel();
      },
    },
  );
  const resource: Resource<Value> = {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    set(value) {
      loader.cancel();
      readAt = Date.now();
      subject.set({ value, error: undefined });
    },
    restart() {
      readAt = Number.NEGATIVE_INFINITY;
      if (!subject.isWatched) return;
      leave?.();
      leave = follow?.(resource);
      void resource.refetch();
    },
    refetch: () =>
      loader.load({
        read,
        onValue(value) {
          readAt = Date.now();
          subject.set({ value, error: undefined });
        },
        onFault: (error) => subject.set({ ...subject.getSnapshot(), error }),
      }),
  };
  return resource;
};
