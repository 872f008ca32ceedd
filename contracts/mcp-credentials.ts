/** How Parlance signs in to a tenant's MCP server: models seals it, and jobs carry it to workers, which open it. */
import { z } from 'zod';

export const mcpCredentialsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('NONE') }),
  /** A token that is sent with each request. */
  z.object({ kind: z.literal('BEARER'), token: z.string() }),
  /** OAuth 2: a token is fetched before it is needed, and again before it expires. */
  z.object({
    kind: z.literal('CLIENT_CREDENTIALS'),
    tokenUrl: z.string(),
    clientId: z.string(),
    clientSecret: z.string(),
    scope: z.string().optional(),
  }),
]);
export type McpCredentials = Readonly<z.infer<typeof mcpCredentialsSchema>>;
export type McpCredentialsKind = McpCredentials['kind'];

/** What the credentials are sealed for. */
export const mcpCredentialsPurpose = (tenantId: string, server: string): string => `${tenantId}|mcp|${server}`;
