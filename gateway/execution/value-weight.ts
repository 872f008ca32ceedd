/** About how many bytes a value keeps alive that came as JSON. */

const bytesOfValue = 60;

const valuesIn = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const inner of Object.values(value)) count += valuesIn(inner);
  return count;
};

const charactersIn = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const inner of Object.values(value)) count += charactersIn(inner);
  return count;
};

export const weightOfValue = (value: unknown): number => valuesIn(value) * bytesOfValue + charactersIn(value);
