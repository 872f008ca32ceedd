/** What the MCP server of tests does. */
import { z } from 'zod';

const toolSchema = z.object({
  name: z.string(),
  description: z.string().default('What the weather of a city is.'),
  inputSchema: z.record(z.string(), z.json()).default({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  readOnly: z.boolean().default(true),
});

export const mcpStateSchema = z.object({
  tools: z.array(toolSchema).default([toolSchema.parse({ name: 'weather' })]),
  /** Of every call. */
  behaviour: z.enum(['echo', 'refuse', 'hang', 'flood']).default('echo'),
  /** Requests need this bearer token, which `/token` gives out. */
  token: z.string().optional(),
  /** In place of every response: this text, nothing (`silent`), or white space without end (`endless`). */
  raw: z.string().optional(),
});
export type McpState = z.input<typeof mcpStateSchema>;
