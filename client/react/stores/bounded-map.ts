/** Values by key, at most so many: the one that was used longest ago goes first, unless it is in use. */
export interface BoundedMap<Value> {
  /** Makes the value where there is none. */
  get(key: string): Value;
  values(): IterableIterator<Value>;
}

/** @param isInUse values in use stay, even beyond the bound. */
export const createBoundedMap = <Value>(
  most: number,
  create: (key: string) => Value,
  isInUse: (value: Value) => boolean,
): BoundedMap<Value> => {
  const held = new Map<string, Value>();
  const dropOldest = (): void => {
    for (const [key, value] of held) {
      if (held.size <= most) return;
      if (!isInUse(value)) held.delete(key);
    }
  };
  return {
    get(key) {
      const value = held.get(key) ?? create(key);
      held.delete(key);
      dropOldest();
      held.set(key, value);
      return value;
    },
    values: () => held.values(),
  };
};
