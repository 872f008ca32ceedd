/**
 * Values that this device keeps: a theme, a draft. Invariant: reading never fails. What is missing, foreign or damaged
 * is the default; where the browser stores nothing, the value lives as long as the page.
 */

export interface Stored<Value> {
  get(): Value;
  set(value: Value): void;
  /** Called after each change, of other tabs too. Returns a function that leaves. */
  subscribe(listener: () => void): () => void;
}

/** Undefined where nothing is stored, or nothing can be. */
export const readStored = (key: string): string | undefined => {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
};

/** Returns false where the browser refuses: it is full, or stores nothing. */
export const writeStored = (key: string, text: string | undefined): boolean => {
  try {
    if (text === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
};

export const parseJson = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** @param parse makes a value of what was stored; undefined for what it cannot be */
export const createStored = <Value>(key: string, parse: (stored: unknown) => Value): Stored<Value> => {
  const listeners = new Set<() => void>();
  let value = parse(parseJson(readStored(key)));
  const notify = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const takeOther = (event: StorageEvent): void => {
    if (event.key !== key) return;
    value = parse(parseJson(event.newValue ?? undefined));
    notify();
  };
  return {
    get: () => value,
    set(next) {
      value = next;
      writeStored(key, JSON.stringify(next));
      notify();
    },
    subscribe(listener) {
      if (listeners.size === 0) addEventListener('storage', takeOther);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) removeEventListener('storage', takeOther);
      };
    },
  };
};
