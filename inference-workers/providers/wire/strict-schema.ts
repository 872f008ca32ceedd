/**
 * Whether providers can hold a model to a schema token by token. OpenAI and Anthropic refuse a whole request for a
 * schema beyond this subset, so others only go into the instructions and are checked afterwards.
 */

const keywords = new Set(
  ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const'].concat([
    ...['anyOf', '$ref', '$defs', 'description', 'title'],
  ]),
);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const valuesOf = (value: unknown): readonly unknown[] => (isRecord(value) ? Object.values(value) : []);

const isStrict = (schema: unknown): boolean => {
  if (!isRecord(schema) || !Object.keys(schema).every((keyword) => keywords.has(keyword))) return false;
  const { type, properties, required, additionalProperties, items, anyOf, $defs } = schema;
  if (type === 'object' || properties !== undefined) {
    const names = Object.keys(isRecord(properties) ? properties : {});
    const isClosed = additionalProperties === false && Array.isArray(required);
    if (!isClosed || !names.every((name) => required.includes(name))) return false;
  } else if (additionalProperties !== undefined) return false;
  const inner = [...valuesOf(properties), ...valuesOf($defs), ...(Array.isArray(anyOf) ? anyOf : [])];
  return inner.every(isStrict) && (items === undefined || isStrict(items));
};

/** @param schema bounded, so its depth is */
export const isStrictSchema = (schema: unknown): boolean =>
  isRecord(schema) && schema['type'] === 'object' && schema['anyOf'] === undefined && isStrict(schema);
