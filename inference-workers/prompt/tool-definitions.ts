/**
 * The tools of a job in the form that models get them. Invariant: the same tools give the same bytes, in whatever order
 * they come, because providers keep what prompts begin with in a cache.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { z } from 'zod';
import type { Tool } from '#contracts/generation-job.ts';
import { disarmRoleMarkers } from './role-markers.ts';

/** Whoever registers a tool or asks for a format is told what is no JSON Schema; the provider judges the rest. */
export const schemaOf = z.custom<LanguageModelV4FunctionTool['inputSchema']>((value) => typeof value === 'object');

const byName = (one: Tool, other: Tool): number => (one.name < other.name ? -1 : 1);

/**
 * @param mayCall false where the model has to reply without tools. It still needs the definitions of those it called.
 */
export const toolDefinitions = (
  tools: readonly Tool[],
  mayCall: boolean,
): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> =>
  tools.length === 0
    ? {}
    : {
        tools: tools.toSorted(byName).map(({ name, description, parameters }) => ({
          type: 'function',
          name,
          description: disarmRoleMarkers(description),
          inputSchema: schemaOf.parse(parameters),
        })),
        ...(mayCall ? {} : { toolChoice: { type: 'none' } }),
      };
