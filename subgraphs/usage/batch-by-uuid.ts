/** The batch function of a DataLoader whose keys are UUIDs. */
import { validate } from 'uuid';

/**
 * A key that is no UUID gets `missing` without a statement, because the database would refuse it.
 * @param load finds values by their ids, in lower case
 */
export const batchByUuid =
  <Value>(load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>, missing: Value) =>
  async (keys: readonly string[]): Promise<Value[]> => {
    const ids = keys.filter((key) => validate(key)).map((key) => key.toLowerCase());
    const found = ids.length === 0 ? new Map<string, Value>() : await load(ids);
    return keys.map((key) => found.get(key.toLowerCase()) ?? missing);
  };
