/**
 * The form that a client asks a reply to have: JSON, or JSON that fits a schema. Admission checks the schema, the job
 * carries it, and the worker checks the reply. A reply without a format is text.
 */
import { z } from 'zod';

export const responseFormatTypes = ['TEXT', 'JSON', 'JSON_SCHEMA'] as const;
export type ResponseFormatType = (typeof responseFormatTypes)[number];

export const responseFormatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('JSON') }),
  /** With a JSON Schema that admission has found to be bounded. */
  z.object({ type: z.literal('JSON_SCHEMA'), schema: z.record(z.string(), z.json()) }),
]);
export type ResponseFormat = Readonly<z.infer<typeof responseFormatSchema>>;

/**
 * Asks a model for the format in words, as a part of its instructions. Models that can be held to a format get it there
 * too: some follow a schema better that they have read, and OpenAI demands that a prompt mentions JSON.
 */
export const formatInstruction = (format: ResponseFormat): string => {
  const plain =
    'Your whole reply has to be one JSON value: no words before or after it, no code fence, no comments in it.';
  return format.type === 'JSON' ? plain : `${plain} It has to fit this JSON Schema:\n${JSON.stringify(format.schema)}`;
};
