/**
 * Reads and changes a tenant's MCP servers. Invariants: credentials are stored sealed, and leave this service only
 * sealed; they are never sent to another origin than the one that they were given for; an administrator approves the
 * definition of a tool that they have seen, and no other.
 */
import type { Identity } from '#contracts/identity.ts';
import { type McpCredentials, mcpCredentialsPurpose } from '#contracts/mcp-credentials.ts';
import { policiesChangedTopic } from '#contracts/routing-signals.ts';
import type { ToolApproval } from '#contracts/tool-approval.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { McpServerEntity, type McpServerRow, McpToolEntity, type McpToolRow } from '../entities.ts';
import { type McpServices, pinTools } from './pin-tools.ts';

export interface McpServerInput {
  readonly name: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly enabled: boolean;
  /** Undefined: as they are; none for a new server. */
  readonly credentials: McpCredentials | undefined;
  /** Undefined: as it is; for a new server AFTER_UNTRUSTED. */
  readonly approval: ToolApproval | undefined;
}

/** A server with what it lists, by name. */
export interface McpServerWithTools {
  readonly server: McpServerRow;
  readonly tools: readonly McpToolRow[];
}

const namePattern = /^[a-z][a-z0-9-]{0,23}$/;
const maxServers = 16;
const maxEnabledTools = 32;
const maxUrlCharacters = 2_048;
const maxSecretCharacters = 8_192;
const maxTimeoutMs = 60_000;

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: `input.${argument}` });
};

const isUrl = (text: string): boolean => {
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' && text.length <= maxUrlCharacters;
};

const requireSecret = (argument: string, text: string): void => {
  if (!/^[\x20-\x7e]+$/.test(text) || text.length > maxSecretCharacters) {
    refuse(argument, `"${argument}" has 1 to ${maxSecretCharacters} characters of ASCII.`);
  }
};

const check = ({ name, url, timeoutMs, credentials }: McpServerInput): void => {
  if (!namePattern.test(name)) {
    refuse('name', 'A name begins with a letter and has up to 24 small letters, digits and hyphens, such as "crm".');
  }
  if (!isUrl(url)) refuse('url', 'A url begins with https:// or http://, and has no user in it.');
  if (timeoutMs < 1 || timeoutMs > maxTimeoutMs) refuse('timeoutMs', `"timeoutMs" is between 1 and ${maxTimeoutMs}.`);
  if (credentials?.kind === 'BEARER') requireSecret('bearerToken', credentials.token);
  if (credentials?.kind === 'CLIENT_CREDENTIALS') {
    if (!isUrl(credentials.tokenUrl)) refuse('tokenUrl', 'A url begins with https:// or http://.');
    requireSecret('clientId', credentials.clientId);
    requireSecret('clientSecret', credentials.clientSecret);
  }
};

const noSuchServer = (): AppError => new AppError('NOT_FOUND', 'There is no MCP server with this name.');

/** By name. */
export const readServers = async (database: Database, tenantId: string): Promise<readonly McpServerWithTools[]> => {
  const em = database.forTenant(tenantId);
  const servers = await em.find(McpServerEntity, {}, { orderBy: { name: 'asc' } });
  const tools =
    servers.length === 0
      ? []
      : await database.forTenant(tenantId).find(McpToolEntity, {}, { orderBy: { server: 'asc', name: 'asc' } });
  return servers.map((server) => ({ server, tools: tools.filter((tool) => tool.server === server.name) }));
};

const readServer = async (database: Database, tenantId: string, name: string): Promise<McpServerWithTools> => {
  const found = (await readServers(database, tenantId)).find(({ server }) => server.name === name);
  if (found === undefined) throw noSuchServer();
  return found;
};

/** Adds or replaces a server, then lists its tools. Throws BAD_USER_INPUT. */
export const upsertServer = async (
  services: McpServices,
  { tenantId }: Identity,
  input: McpServerInput,
): Promise<McpServerWithTools> => {
  check(input);
  const { name, url, timeoutMs, enabled, credentials, approval } = input;
  const sealed = (given: McpCredentials) => ({
    credentials: services.sealer.seal(JSON.stringify(given), mcpCredentialsPurpose(tenantId, name)),
    credentialsKind: given.kind,
  });
  const now = new Date();
  const server = await services.database.forTenant(tenantId).transactional(async (em) => {
    const own = await em.findOne(McpServerEntity, { name });
    if (own === null) {
      if ((await em.count(McpServerEntity, {})) >= maxServers) {
        refuse('name', `A tenant has at most ${maxServers} MCP servers.`);
      }
      const dates = { failure: null, listedAt: null, dueAt: now, changedAt: now };
      const kept = sealed(credentials ?? { kind: 'NONE' });
      return em.create(McpServerEntity, {
        ...{ tenantId, name, url, timeoutMs, enabled, approval: approval ?? 'AFTER_UNTRUSTED', ...kept, ...dates },
      });
    }
    const moves = new URL(url).origin !== new URL(own.url).origin;
    if (moves && credentials === undefined && own.credentialsKind !== 'NONE') {
      refuse('url', 'The url names another host. Give the credentials again, so that they reach no other by mistake.');
    }
    return em.assign(own, {
      ...{ url, timeoutMs, enabled, approval: approval ?? own.approval },
      ...(credentials === undefined ? {} : sealed(credentials)),
    });
  });
  if (enabled) await pinTools(services, server);
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return readServer(services.database, tenantId, name);
};

/** Throws NOT_FOUND. */
export const deleteServer = async (services: McpServices, { tenantId }: Identity, name: string): Promise<void> => {
  const deleted = await services.database.forTenant(tenantId).nativeDelete(McpServerEntity, { name });
  if (deleted === 0) throw noSuchServer();
  await services.signals.publish(policiesChangedTopic, { tenantId });
};

export interface McpToolInput {
  readonly server: string;
  readonly tool: string;
  /** Of the definition that the administrator has seen. */
  readonly hash: string;
  readonly enabled: boolean;
}

/** Approves a tool as it is and switches it on, or switches it off. Throws NOT_FOUND and BAD_USER_INPUT. */
export const setTool = async (
  services: McpServices,
  { tenantId }: Identity,
  { server, tool: name, hash, enabled }: McpToolInput,
): Promise<McpServerWithTools> => {
  await services.database.forTenant(tenantId).transactional(async (em) => {
    const tool = await em.findOne(McpToolEntity, { server, name });
    if (tool === null) throw new AppError('NOT_FOUND', 'The server has no tool with this name.');
    if (!enabled) {
      em.assign(tool, { enabled });
      return;
    }
    if (tool.hash !== hash) {
      refuse('hash', 'The tool has changed since you looked at it. Look at its definition, then approve that.');
    }
    if (!tool.enabled && (await em.count(McpToolEntity, { enabled: true })) >= maxEnabledTools) {
      refuse(
        'enabled',
        `A tenant has at most ${maxEnabledTools} tools of MCP servers switched on: all are in every prompt.`,
      );
    }
    const { description: approvedDescription, parameters: approvedParameters } = tool;
    em.assign(tool, { enabled, approvedHash: hash, approvedDescription, approvedParameters });
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return readServer(services.database, tenantId, server);
};
