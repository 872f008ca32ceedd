/** The tools of a job as models are told of them. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { z } from 'zod';
import type { Tool } from '#kernel/messages/generation-job.ts';

/** Whoever registered the tool was told where it is no JSON Schema; the provider judges the rest. */
const schemaOf = z.custom<LanguageModelV4FunctionTool['inputSchema']>((value) => typeof value === 'object');

/** @param mayCall false where the model has to answer without; it still has to know what it called before. */
export const toolDefinitions = (
  tools: readonly Tool[],
  mayCall: boolean,
): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> =>
  tools.length === 0
    ? {}
    : {
        tools: tools.map(({ name, description, parameters }) => ({
          type: 'function',
          name,
          description,
          inputSchema: schemaOf.parse(parameters),
        })),
        ...(mayCall ? {} : { toolChoice: { type: 'none' } }),
      };
