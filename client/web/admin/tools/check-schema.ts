/**
 * What is wrong with a JSON Schema while it is typed. Invariant: what the server takes passes here; the server decides
 * the rest. The depth is bounded, so that nothing typed keeps the page busy.
 */
export type SchemaFault = 'notJson' | 'notObject' | 'tooLong' | 'tooDeep' | 'badType' | 'badKeyword';

export interface FoundFault {
  readonly fault: SchemaFault;
  /** Where, such as `properties.order.type`; empty for the whole. */
  readonly at: string;
}

const maxSchemaLength = 8_192;
const maxDepth = 32;

const typeNames: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isType = (type: unknown): boolean =>
  type === undefined ||
  (Array.isArray(type) ? type.length > 0 && type.every((one) => typeNames.has(one)) : typeNames.has(type));

const isKeywordValue: Readonly<Record<string, (value: unknown) => boolean>> = {
  description: (value) => typeof value === 'string',
  enum: (value) => Array.isArray(value) && value.length > 0,
  properties: isFields,
  $defs: isFields,
  required: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  anyOf: (value) => Array.isArray(value) && value.length > 0,
  oneOf: (value) => Array.isArray(value) && value.length > 0,
  allOf: (value) => Array.isArray(value) && value.length > 0,
  $ref: (value) => typeof value === 'string' && value.startsWith('#'),
};

const below = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);

/** The schemas within a schema, with where they are. */
const partsOf = (schema: Fields, path: string): readonly (readonly [string, unknown])[] => {
  const single = ['additionalProperties', 'items', 'not'].filter((name) => schema[name] !== undefined);
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((name) => {
    const list: unknown = schema[name];
    return Array.isArray(list) ? list.map((part, index) => [below(below(path, name), index), part] as const) : [];
  });
  const maps = ['properties', '$defs'].flatMap((name) => {
    const map = schema[name];
    return isFields(map)
      ? Object.entries(map).map(([key, part]) => [below(below(path, name), key), part] as const)
      : [];
  });
  return [...single.map((name) => [below(path, name), schema[name]] as const), ...lists, ...maps];
};

const check = (schema: unknown, path: string, depth: number): FoundFault | undefined => {
  if (depth > maxDepth) return { fault: 'tooDeep', at: path };
  if (typeof schema === 'boolean') return undefined;
  if (!isFields(schema)) return { fault: 'badKeyword', at: path };
  if (!isType(schema['type'])) return { fault: 'badType', at: below(path, 'type') };
  for (const [name, isValue] of Object.entries(isKeywordValue)) {
    if (schema[name] !== undefined && !isValue(schema[name])) return { fault: 'badKeyword', at: below(path, name) };
  }
  for (const [at, part] of partsOf(schema, path)) {
    const found = check(part, at, depth + 1);
    if (found) return found;
  }
  return undefined;
};

/** Undefined where nothing is wrong. */
export const checkSchema = (text: string): FoundFault | undefined => {
  if (text.length > maxSchemaLength) return { fault: 'tooLong', at: '' };
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    return { fault: 'notJson', at: '' };
  }
  if (!isFields(schema) || schema['type'] !== 'object') return { fault: 'notObject', at: '' };
  return check(schema, '', 0);
};
