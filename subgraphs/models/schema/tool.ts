/** The tenant's tools: the type, the query, and the mutations for administrators. */
import type { ToolRow } from '../entities.ts';
import { type RoutedTool, readCallableTools } from '../mcp/callable-tools.ts';
import { deleteTool, type RegisteredTool, readTools, rotateToolSecret, upsertTool } from '../tools/change-tools.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ToolApprovalEnum } from './tool-approval.ts';

const defaultTimeoutMs = 10_000;

const addType = (builder: ModelsBuilder, approval: ToolApprovalEnum) => {
  const tool = builder.objectRef<ToolRow>('Tool').implement({
    description:
      'An HTTP endpoint of the tenant that models with the capability TOOLS may call while they write a reply.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Unique within the tenant; used by models and by sendMessage.' }),
      description: t.exposeString('description', {
        description: 'What it does and when to call it, written for the model.',
      }),
      parameters: t.exposeString('parameters', {
        description: 'JSON text of the JSON Schema of its arguments, which form an object.',
      }),
      url: t.string({
        nullable: true,
        description: 'URL that receives its calls, by POST; null unless you are an administrator.',
        resolve: ({ url }, _, { identity }) => (identity.roles.includes('ADMIN') ? url : null),
      }),
      timeoutMs: t.exposeInt('timeoutMs', { description: 'Most milliseconds of one call.' }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether models may call it.' }),
      approval: t.field({
        type: approval,
        description: 'When the user has to allow a call.',
        resolve: (tool) => tool.approval,
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    }),
  });
  const registration = builder.objectRef<RegisteredTool>('ToolRegistration').implement({
    description: 'A tool as it is now.',
    fields: (t) => ({
      tool: t.field({ type: tool, description: 'The tool.', resolve: (registered) => registered.tool }),
      secret: t.string({
        nullable: true,
        description:
          'Key that signs its calls by Standard Webhooks ("whsec_" and base64). Returned only when it is created; null otherwise.',
        resolve: ({ secret }) => secret ?? null,
      }),
    }),
  });
  return { tool, registration };
};

const addCallableTools = (builder: ModelsBuilder): void => {
  const type = builder.objectRef<RoutedTool>('CallableTool').implement({
    description: 'A tool that models with the capability TOOLS may call while they write a reply.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'As models call it, and as sendMessage takes it.' }),
      description: t.exposeString('description', {
        description: 'What it does and when to call it, written for the model.',
      }),
      parameters: t.exposeString('parameters', {
        description: 'JSON text of the JSON Schema of its arguments, which form an object.',
      }),
      mcpServer: t.string({
        nullable: true,
        description: 'Name of the MCP server that it is of; null for an HTTP endpoint.',
        resolve: ({ mcp }) => mcp?.server,
      }),
    }),
  });
  builder.queryField('callableTools', (t) =>
    t.field({
      type: [type],
      description:
        'The tools that models of your tenant may call now: enabled HTTP endpoints, and approved tools of MCP servers.',
      resolve: (_, _args, { database, identity }) => readCallableTools(database, identity.tenantId),
    }),
  );
};

export const addTools = (builder: ModelsBuilder, approval: ToolApprovalEnum): void => {
  addCallableTools(builder);
  const { tool, registration } = addType(builder, approval);
  const input = builder.inputType('ToolInput', {
    description: 'The desired state of a tool.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Up to 64 letters, digits, hyphens and underscores.' }),
      description: t.string({
        required: true,
        description: 'What it does and when to call it, by which the model decides. 1 to 1,024 characters.',
      }),
      parameters: t.string({
        required: true,
        defaultValue: '{"type":"object","properties":{}}',
        description:
          'JSON text of the JSON Schema of its arguments; its "type" is "object". At most 8,192 characters. Default: no arguments.',
      }),
      url: t.string({
        required: true,
        description:
          'URL that receives its calls: https, or http if the operator allows the host; without user and password.',
      }),
      timeoutMs: t.int({
        required: true,
        defaultValue: defaultTimeoutMs,
        description: 'Most milliseconds of one call: 1 to 60,000.',
      }),
      enabled: t.boolean({ required: true, defaultValue: true, description: 'Whether models may call it.' }),
      approval: t.field({
        type: approval,
        description: 'When the user has to allow a call; null to leave that as it is: NEVER for a new tool.',
      }),
    }),
  });
  const name = { required: true, description: 'Name of the tool.' } as const;
  builder.queryField('tools', (t) =>
    t.field({
      type: [tool],
      description: 'HTTP endpoints of your tenant that are tools, by name, enabled or not.',
      resolve: (_, _args, { database, identity }) => readTools(database, identity.tenantId),
    }),
  );
  builder.mutationFields((t) => ({
    upsertTool: t.field({
      type: registration,
      authScopes: { role: 'ADMIN' },
      description:
        'Adds a tool of your tenant with a new secret, or replaces all but the secret of the tool with its name. For administrators.',
      args: { input: t.arg({ type: input, required: true, description: 'The tool.' }) },
      resolve: (_, args, context) =>
        upsertTool(context, context.identity, { ...args.input, approval: args.input.approval ?? undefined }),
    }),
    rotateToolSecret: t.field({
      type: registration,
      authScopes: { role: 'ADMIN' },
      description:
        'Gives a tool a new secret. The former one still signs the calls for messages that were sent before. For administrators.',
      args: { name: t.arg.string(name) },
      resolve: (_, args, context) => rotateToolSecret(context, context.identity, args.name),
    }),
    deleteTool: t.boolean({
      authScopes: { role: 'ADMIN' },
      description:
        'Deletes a tool of your tenant. Replies to messages that were sent before may still call it. For administrators.',
      args: { name: t.arg.string(name) },
      resolve: async (_, args, context) => {
        await deleteTool(context, context.identity, args.name);
        return true;
      },
    }),
  }));
};
