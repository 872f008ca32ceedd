/**
 * Reads JSON Schemas that foreign people write, and keeps what can be checked within bounds (check-value.ts).
 * Invariants: a schema that is read has a bounded number of subschemas, with what it refers to in place of each
 * reference, so it refers to nothing outside of it and not to itself; each keyword has a value of its type; each
 * pattern takes linear time. Everything else is refused with a sentence.
 */
import { z } from 'zod';
import { nestsTooDeep } from '#kernel/json-nesting.ts';
import { compilePattern, type LinearPattern, PatternFault } from './linear-pattern.ts';

/** Continues the words "The schema ", and ends with a full stop. */
export class SchemaFault extends Error {}

/** What a string has to be. */
export interface TextRule {
  readonly pattern: LinearPattern | undefined;
  readonly least: number;
  readonly most: number;
  /** For people and models. */
  readonly words: string;
}

/** A subschema, with other keywords than the ones here in `rest`, as cfworker reads them. */
export interface BoundedSchema {
  readonly rest: Readonly<Record<string, unknown>>;
  /** How much work one look at it is, in steps. */
  readonly weight: number;
  readonly text: TextRule | undefined;
  readonly single: Readonly<Record<string, BoundedSchema>>;
  readonly lists: Readonly<Record<string, readonly BoundedSchema[]>>;
  readonly maps: Readonly<Record<string, ReadonlyMap<string, BoundedSchema>>>;
}

/** Characters of the JSON text of a schema. */
const maxSchemaCharacters = 16_384;
/** Subschemas, with what is referred to counted at each reference. */
const maxSubschemas = 500;
/** Levels of subschemas in one another. */
const maxSchemaLevels = 24;

const typeNames = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
const isType = (value: unknown): boolean => typeof value === 'string' && typeNames.includes(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((name) => typeof name === 'string');

/** Keywords that are kept as they are, and what their values have to be. */
const plainKeywords: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType)),
  enum: (value) => Array.isArray(value) && value.length > 0,
  const: () => true,
  required: isNames,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => isNumber(value) && Number(value) > 0,
};
const singleKeywords = new Set(['additionalProperties', 'items', 'not', 'propertyNames', 'if', 'then', 'else']);
const listKeywords = new Set(['prefixItems', 'anyOf', 'oneOf', 'allOf']);
/** Keywords that tell a reader something and check nothing. */
const notes = new Set(
  ['title', 'description', 'default', 'examples', '$comment', '$schema', 'format', 'deprecated', 'readOnly'].concat([
    ...['writeOnly', '$defs', 'definitions'],
  ]),
);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrongValue = (keyword: string): SchemaFault =>
  new SchemaFault(`has a value for "${keyword}" that JSON Schema does not allow.`);

const textRuleOf = (schema: Readonly<Record<string, unknown>>): TextRule | undefined => {
  const { pattern, minLength, maxLength } = schema;
  if (pattern === undefined && minLength === undefined && maxLength === undefined) return undefined;
  for (const keyword of ['minLength', 'maxLength']) {
    if (schema[keyword] !== undefined && !isCount(schema[keyword])) throw wrongValue(keyword);
  }
  if (pattern !== undefined && typeof pattern !== 'string') throw wrongValue('pattern');
  const words = [
    ...(minLength === undefined ? [] : [`at least ${minLength} characters`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(pattern === undefined ? [] : [`the pattern ${pattern}`]),
  ];
  try {
    return {
      pattern: pattern === undefined ? undefined : compilePattern(pattern),
      least: Number(minLength ?? 0),
      most: Number(maxLength ?? Number.POSITIVE_INFINITY),
      words: words.join(' and '),
    };
  } catch (fault) {
    if (!(fault instanceof PatternFault)) throw fault;
    throw new SchemaFault(`has a pattern that ${fault.message}.`, { cause: fault });
  }
};

/** What a reference within the schema names. */
const follow = (root: unknown, reference: unknown): unknown => {
  if (typeof reference !== 'string' || (reference !== '#' && !reference.startsWith('#/'))) {
    throw new SchemaFault('refers to something outside of it; "$ref" has to begin with "#/".');
  }
  let found = root;
  for (const part of reference.split('/').slice(1)) {
    let name: string;
    try {
      name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    } catch (cause) {
      throw new SchemaFault(`refers to ${reference}, which is not there.`, { cause });
    }
    const holder: object | undefined = typeof found === 'object' && found !== null ? found : undefined;
    found = holder === undefined ? undefined : Object.getOwnPropertyDescriptor(holder, name)?.value;
  }
  if (found === undefined) throw new SchemaFault(`refers to ${reference.slice(0, 100)}, which is not there.`);
  return found;
};

interface SchemaParts {
  readonly rest: Record<string, unknown>;
  readonly single: Record<string, BoundedSchema>;
  readonly lists: Record<string, readonly BoundedSchema[]>;
  readonly maps: Record<string, ReadonlyMap<string, BoundedSchema>>;
}

const readSubschemas = (root: unknown): BoundedSchema => {
  let count = 0;

  const readKeyword = (
    parts: SchemaParts,
    [keyword, value]: readonly [string, unknown],
    read: (inner: unknown) => BoundedSchema,
  ): void => {
    if (notes.has(keyword)) return;
    if (Object.hasOwn(plainKeywords, keyword)) {
      if (plainKeywords[keyword]?.(value) !== true) throw wrongValue(keyword);
      parts.rest[keyword] = value;
    } else if (singleKeywords.has(keyword)) {
      parts.single[keyword] = read(value);
    } else if (listKeywords.has(keyword)) {
      if (!Array.isArray(value) || value.length === 0) throw wrongValue(keyword);
      parts.lists[keyword] = value.map(read);
    } else if (keyword === 'properties') {
      if (!isRecord(value)) throw wrongValue(keyword);
      parts.maps[keyword] = new Map(Object.entries(value).map(([name, inner]) => [name, read(inner)]));
    } else {
      throw new SchemaFault(`has the keyword "${keyword.slice(0, 64)}", which is not supported.`);
    }
  };

  const readSchema = (schema: unknown, level: number, followed: readonly unknown[]): BoundedSchema => {
    count += 1;
    if (count > maxSubschemas) throw new SchemaFault(`has more than ${maxSubschemas} subschemas.`);
    if (level > maxSchemaLevels) throw new SchemaFault(`nests deeper than ${maxSchemaLevels} levels.`);
    const read = (inner: unknown): BoundedSchema => readSchema(inner, level + 1, followed);
    const parts: SchemaParts = { rest: {}, single: {}, lists: {}, maps: {} };
    const nothing = { weight: 1, text: undefined, ...parts };
    if (schema === true) return nothing;
    if (schema === false) return { ...nothing, single: { not: nothing } };
    if (!isRecord(schema)) throw new SchemaFault('has a subschema that is neither an object nor true or false.');
    const { $ref, pattern: _, minLength: __, maxLength: ___, ...others } = schema;
    for (const entry of Object.entries(others)) readKeyword(parts, entry, read);
    if ($ref !== undefined) {
      const target = follow(root, $ref);
      if (followed.includes(target) || target === root) throw new SchemaFault('refers to itself.');
      const named = readSchema(target, level + 1, [...followed, target]);
      parts.lists['allOf'] = [...(parts.lists['allOf'] ?? []), named];
    }
    const weight = 1 + Math.ceil(JSON.stringify(parts.rest).length / 16) + (parts.maps['properties']?.size ?? 0);
    return { ...parts, weight, text: textRuleOf(schema) };
  };

  return readSchema(root, 1, [root]);
};

/** Throws a SchemaFault. */
export const readSchema = (schema: unknown): BoundedSchema => readSubschemas(schema);

const objectSchema = z.record(z.string(), z.json());

/** @param text the JSON text of a schema. Throws a SchemaFault. */
export const parseSchema = (text: string): z.infer<typeof objectSchema> => {
  if (text.length > maxSchemaCharacters) {
    throw new SchemaFault(`has more than ${maxSchemaCharacters} characters.`);
  }
  if (nestsTooDeep(text)) throw new SchemaFault('nests too deep.');
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw new SchemaFault('is not valid JSON.', { cause });
  }
  const parsed = objectSchema.safeParse(schema);
  if (!parsed.success) throw new SchemaFault('has to be a JSON object.');
  readSubschemas(parsed.data);
  return parsed.data;
};
