/** Estimates how many bytes a JSON value keeps alive, at any depth. */

const bytesOfValue = 60;

export const weightOfValue = (value: unknown): number => {
  let weight = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    weight += bytesOfValue;
    if (typeof one === 'string') weight += one.length;
    else if (Array.isArray(one)) for (const item of one) left.push(item);
    else if (typeof one === 'object' && one !== null) for (const item of Object.values(one)) left.push(item);
  }
  return weight;
};
