/**
 * Checks whether a text is a JSON Schema for the arguments of a tool: an object whose keywords have values of the right
 * type. Providers refuse a whole request for one invalid schema, so an error must be found when the tool is registered.
 * Keywords that are not named here pass. Every process that gets the tool in a job traverses the schema, so its depth
 * is bounded.
 */
import { z } from 'zod';
import { nestsTooDeep } from '#kernel/json-nesting.ts';

const typeName = z.enum(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

const subschema: z.ZodType<unknown> = z.lazy(() =>
  z.union([
    z.boolean(),
    z.looseObject({
      type: z.union([typeName, z.array(typeName).min(1)]).optional(),
      description: z.string().optional(),
      enum: z.array(z.unknown()).min(1).optional(),
      properties: z.record(z.string(), subschema).optional(),
      required: z.array(z.string()).optional(),
      additionalProperties: subschema.optional(),
      items: subschema.optional(),
      anyOf: z.array(subschema).min(1).optional(),
      oneOf: z.array(subschema).min(1).optional(),
      allOf: z.array(subschema).min(1).optional(),
      not: subschema.optional(),
      $defs: z.record(z.string(), subschema).optional(),
      // Only references within the schema: none is fetched.
      $ref: z.string().startsWith('#').optional(),
    }),
  ]),
);
const parametersSchema = z.looseObject({ type: z.literal('object') }).and(subschema);

export const areParameters = (text: string): boolean => {
  if (nestsTooDeep(text)) return false;
  try {
    return parametersSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
};
