/**
 * Lists the tools of an MCP server, in a form that can be stored and shown. Invariant: whatever the server sends, the
 * list is bounded in number and size, holds no tool that a provider would refuse, and is the same for the same
 * definitions.
 */
import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { McpCredentials } from '#contracts/mcp-credentials.ts';
import type { McpTokens } from '#kernel/mcp/access-tokens.ts';
import { withMcpSession } from '#kernel/mcp/mcp-session.ts';
import { areParameters } from '../tools/check-parameters.ts';

/** A definition as the server has it now. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  /** JSON text, with sorted keys. */
  readonly parameters: string;
  readonly readOnly: boolean;
  /** Of all of the above. */
  readonly hash: string;
}

export interface ToolList {
  /** By name. */
  readonly tools: readonly ListedTool[];
  /** Tools that are left out. */
  readonly leftOut: number;
}

export interface McpConnections {
  readonly dispatcher: Dispatcher;
  readonly tokens: McpTokens;
}

const maxTools = 64;
const maxNameCharacters = 128;
const maxDescriptionCharacters = 1_024;
const maxParameterCharacters = 8_192;
const maxBytes = 1024 * 1024;
/** Milliseconds. Meanwhile an administrator may wait. */
const timeoutMs = 10_000;

/** The same text for the same value, in whatever order the server writes its keys. Call with JSON of bounded depth. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
};

const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

interface ServerTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
  readonly annotations?: { readonly readOnlyHint?: boolean | undefined } | undefined;
}

/** Undefined for one that cannot be used. */
const listedTool = ({ name, description = '', inputSchema, annotations }: ServerTool): ListedTool | undefined => {
  if (name === '' || name.length > maxNameCharacters || storable(name) !== name) return undefined;
  const text = JSON.stringify(inputSchema) ?? '';
  if (text.length > maxParameterCharacters || !areParameters(text)) return undefined;
  const definition = {
    name,
    description: storable(description.trim() === '' ? name : description).slice(0, maxDescriptionCharacters),
    parameters: storable(canonical(inputSchema)),
    readOnly: annotations?.readOnlyHint === true,
  };
  // The whole description counts: what a model is not shown may be read by people elsewhere.
  const pinned = [name, description, definition.parameters, definition.readOnly];
  return { ...definition, hash: createHash('sha256').update(JSON.stringify(pinned)).digest('hex') };
};

/** Rejects with a McpFault. */
export const listTools = async (
  connections: McpConnections,
  { url, credentials }: { readonly url: string; readonly credentials: McpCredentials },
): Promise<ToolList> => {
  const found = await withMcpSession({ ...connections, url, credentials, timeoutMs, maxBytes }, (client, request) =>
    client.listTools(undefined, request).then(({ tools }) => tools),
  );
  const usable = new Map<string, ListedTool>();
  for (const one of found) {
    const tool = listedTool(one);
    if (tool !== undefined && !usable.has(tool.name)) usable.set(tool.name, tool);
  }
  const tools = [...usable.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)).slice(0, maxTools);
  return { tools, leftOut: found.length - tools.length };
};
