/** Arguments of a tool call as the model wrote them. */
import { z } from 'zod';

const argumentsSchema = z.record(z.string(), z.unknown());

/** Undefined where the text is not the JSON of an object. */
export const parseArguments = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    return argumentsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
