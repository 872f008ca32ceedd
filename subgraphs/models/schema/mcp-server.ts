/** The tenant's MCP servers: the types, the query, and the mutations, all for administrators. */
import type { McpCredentials, McpCredentialsKind } from '#contracts/mcp-credentials.ts';
import { AppError } from '#kernel/errors.ts';
import type { McpToolRow } from '../entities.ts';
import { calledName } from '../mcp/callable-tools.ts';
import { deleteServer, type McpServerWithTools, readServers, setTool, upsertServer } from '../mcp/change-servers.ts';
import { isCallable } from '../mcp/pin-tools.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ToolApprovalEnum } from './tool-approval.ts';

const defaultTimeoutMs = 20_000;

const addToolType = (builder: ModelsBuilder) =>
  builder.objectRef<McpToolRow>('McpTool').implement({
    description:
      'A tool that an MCP server lists. Models may call it once an administrator has approved its definition.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'As the server names it.' }),
      calledName: t.string({
        description: 'As models call it, and as sendMessage names it.',
        resolve: ({ server, name }) => calledName(server, name),
      }),
      description: t.exposeString('description', { description: 'What it does, in words of the server.' }),
      parameters: t.exposeString('parameters', { description: 'JSON text of the JSON Schema of its arguments.' }),
      readOnly: t.exposeBoolean('readOnly', { description: 'Whether the server says that it changes nothing.' }),
      hash: t.exposeString('hash', { description: 'Of name, description, parameters and readOnly, as listed last.' }),
      enabled: t.boolean({
        description: 'Whether models may call it: it is switched on, and is as an administrator approved it.',
        resolve: isCallable,
      }),
      listed: t.exposeBoolean('listed', { description: 'Whether the server listed it the last time.' }),
      approvedDescription: t.exposeString('approvedDescription', {
        nullable: true,
        description: 'The description that an administrator approved last; null if none ever did.',
      }),
      approvedParameters: t.exposeString('approvedParameters', {
        nullable: true,
        description: 'Likewise the parameters.',
      }),
      isChanged: t.boolean({
        description: 'Whether it differs from what an administrator approved. It is off until one approves it again.',
        resolve: ({ hash, approvedHash }) => approvedHash != null && approvedHash !== hash,
      }),
      changedAt: t.expose('changedAt', { type: 'DateTime', description: 'When its definition last changed.' }),
    }),
  });

const addTypes = (builder: ModelsBuilder, approval: ToolApprovalEnum) => {
  const tool = addToolType(builder);
  const authentication = builder.enumType('McpAuthentication', {
    description: 'How Parlance signs in to an MCP server.',
    values: {
      NONE: { description: 'Not at all.' },
      BEARER: { description: 'With a token that does not change.' },
      CLIENT_CREDENTIALS: { description: 'With a token of an OAuth 2 server, which gives it for client credentials.' },
    } satisfies Record<McpCredentialsKind, object>,
  });
  const server = builder.objectRef<McpServerWithTools>('McpServer').implement({
    description: 'An MCP server of the tenant, over streamable HTTP, with the tools that it lists.',
    fields: (t) => ({
      name: t.string({ description: 'Unique within the tenant.', resolve: ({ server: { name } }) => name }),
      url: t.string({ description: 'Where it is.', resolve: ({ server: { url } }) => url }),
      authentication: t.field({
        type: authentication,
        description: 'How Parlance signs in. The credentials themselves are never shown.',
        resolve: ({ server: { credentialsKind } }) => credentialsKind,
      }),
      timeoutMs: t.int({
        description: 'Most milliseconds of one call.',
        resolve: ({ server: { timeoutMs } }) => timeoutMs,
      }),
      enabled: t.boolean({ description: 'Whether it is used at all.', resolve: ({ server: { enabled } }) => enabled }),
      approval: t.field({
        type: approval,
        description: 'When the user has to allow a call of its tools.',
        resolve: ({ server }) => server.approval,
      }),
      failure: t.string({
        nullable: true,
        description: 'Why its tools could not be listed the last time, or which are left out; null if all is well.',
        resolve: ({ server: { failure } }) => failure,
      }),
      listedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When its tools were listed last. They are listed every 10 minutes.',
        resolve: ({ server: { listedAt } }) => listedAt,
      }),
      changedAt: t.field({
        type: 'DateTime',
        description: 'When its list last differed from the one before.',
        resolve: ({ server: { changedAt } }) => changedAt,
      }),
      tools: t.field({ type: [tool], description: 'By name; 64 at most.', resolve: ({ tools }) => [...tools] }),
    }),
  });
  return { server, authentication, approval };
};

interface CredentialsInput {
  readonly authentication?: McpCredentialsKind | null | undefined;
  readonly bearerToken?: string | null | undefined;
  readonly tokenUrl?: string | null | undefined;
  readonly clientId?: string | null | undefined;
  readonly clientSecret?: string | null | undefined;
  readonly scope?: string | null | undefined;
}

const required = (name: string, value: string | null | undefined): string => {
  if (value) return value;
  throw new AppError('BAD_USER_INPUT', `"${name}" is required for this authentication.`, { argument: `input.${name}` });
};

/** Undefined where the credentials stay as they are. */
const credentialsIn = (input: CredentialsInput): McpCredentials | undefined => {
  switch (input.authentication) {
    case 'NONE':
      return { kind: 'NONE' };
    case 'BEARER':
      return { kind: 'BEARER', token: required('bearerToken', input.bearerToken) };
    case 'CLIENT_CREDENTIALS':
      return {
        kind: 'CLIENT_CREDENTIALS',
        tokenUrl: required('tokenUrl', input.tokenUrl),
        clientId: required('clientId', input.clientId),
        clientSecret: required('clientSecret', input.clientSecret),
        ...(input.scope ? { scope: input.scope } : {}),
      };
    default:
      return undefined;
  }
};

const addInputs = (builder: ModelsBuilder, { authentication, approval }: ReturnType<typeof addTypes>) => ({
  server: builder.inputType('McpServerInput', {
    description: 'The desired state of an MCP server.',
    fields: (t) => ({
      name: t.string({
        required: true,
        description: 'Begins with a letter; up to 24 small letters, digits and hyphens. Tools get it as a prefix.',
      }),
      url: t.string({
        required: true,
        description: 'https, or http if the operator allows the host; without user and password.',
      }),
      timeoutMs: t.int({
        required: true,
        defaultValue: defaultTimeoutMs,
        description: 'Most milliseconds of one call: 1 to 60,000.',
      }),
      enabled: t.boolean({ required: true, defaultValue: true, description: 'Whether it is used at all.' }),
      approval: t.field({
        type: approval,
        description:
          'When the user has to allow a call of its tools; null to leave that as it is: AFTER_UNTRUSTED for a new server.',
      }),
      authentication: t.field({
        type: authentication,
        description: 'How to sign in; null to leave the credentials as they are. Another host needs them again.',
      }),
      bearerToken: t.string({ description: 'For BEARER.' }),
      tokenUrl: t.string({ description: 'For CLIENT_CREDENTIALS: the token endpoint of the OAuth 2 server.' }),
      clientId: t.string({ description: 'Likewise.' }),
      clientSecret: t.string({ description: 'Likewise; sent by HTTP Basic.' }),
      scope: t.string({ description: 'Likewise; null for none.' }),
    }),
  }),
  tool: builder.inputType('McpToolInput', {
    description: 'A decision about a tool of an MCP server.',
    fields: (t) => ({
      server: t.string({ required: true, description: 'Name of the server.' }),
      tool: t.string({ required: true, description: 'Name of the tool at the server.' }),
      hash: t.string({ required: true, description: 'Hash of the definition that you have seen.' }),
      enabled: t.boolean({ required: true, description: 'true approves that definition and switches the tool on.' }),
    }),
  }),
});

export const addMcpServers = (builder: ModelsBuilder, approval: ToolApprovalEnum): void => {
  const types = addTypes(builder, approval);
  const inputs = addInputs(builder, types);
  builder.queryField('mcpServers', (t) =>
    t.field({
      type: [types.server],
      authScopes: { role: 'ADMIN' },
      description: 'MCP servers of your tenant, by name. For administrators.',
      resolve: async (_, _args, { database, identity }) => [...(await readServers(database, identity.tenantId))],
    }),
  );
  builder.mutationFields((t) => ({
    upsertMcpServer: t.field({
      type: types.server,
      authScopes: { role: 'ADMIN' },
      description:
        'Adds or replaces an MCP server of your tenant, and lists its tools. Tools that are new are off. For administrators.',
      args: { input: t.arg({ type: inputs.server, required: true, description: 'The server.' }) },
      resolve: (_, { input }, { identity, mcp }) => {
        const { name, url, timeoutMs, enabled } = input;
        const approval = input.approval ?? undefined;
        const credentials = credentialsIn(input);
        return upsertServer(mcp, identity, { name, url, timeoutMs, enabled, credentials, approval });
      },
    }),
    deleteMcpServer: t.boolean({
      authScopes: { role: 'ADMIN' },
      description:
        'Deletes an MCP server of your tenant. Replies to messages that were sent before may still call its tools. For administrators.',
      args: { name: t.arg.string({ required: true, description: 'Name of the server.' }) },
      resolve: async (_, { name }, { identity, mcp }) => {
        await deleteServer(mcp, identity, name);
        return true;
      },
    }),
    setMcpTool: t.field({
      type: types.server,
      authScopes: { role: 'ADMIN' },
      description:
        'Approves a tool of an MCP server with the definition that you have seen and switches it on, or switches it off. For administrators.',
      args: { input: t.arg({ type: inputs.tool, required: true, description: 'The decision.' }) },
      resolve: (_, { input }, { identity, mcp }) => setTool(mcp, identity, input),
    }),
  }));
};
