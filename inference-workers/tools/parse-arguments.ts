/** Arguments of a tool call as the model wrote them. */
import { z } from 'zod';
import { nestsTooDeep } from '#kernel/json-nesting.ts';

const argumentsSchema = z.record(z.string(), z.unknown());

/** Undefined where the text is not the JSON of an object, or nests deeper than later serialisers can follow. */
export const parseArguments = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (nestsTooDeep(text)) return undefined;
  try {
    return argumentsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
