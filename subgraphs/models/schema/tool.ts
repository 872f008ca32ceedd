/** The tenant's tools: which there are, and the mutations of its administrators. */
import type { ToolRow } from '../entities.ts';
import { deleteTool, type RegisteredTool, readTools, rotateToolSecret, upsertTool } from '../tools/change-tools.ts';
import type { ModelsBuilder } from './builder.ts';

/** Milliseconds. */
const defaultTimeoutMs = 10_000;

const addType = (builder: ModelsBuilder) => {
  const tool = builder.objectRef<ToolRow>('Tool').implement({
    description: 'An HTTP endpoint of the tenant that models with the capability TOOLS may call while they answer.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Unique in the tenant; what models and sendMessage call it.' }),
      description: t.exposeString('description', { description: 'What it does and when to call it, for the model.' }),
      parameters: t.exposeString('parameters', {
        description: 'JSON text of the JSON Schema of its arguments, which are an object.',
      }),
      url: t.string({
        nullable: true,
        description: 'Where it is called, with POST; null unless you are an administrator.',
        resolve: ({ url }, _, { identity }) => (identity.roles.includes('ADMIN') ? url : null),
      }),
      timeoutMs: t.exposeInt('timeoutMs', { description: 'Milliseconds that one call may take.' }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether models are told of it.' }),
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
          'What its calls are signed with by Standard Webhooks ("whsec_" and a key in base64). Told when it is made and never again; null otherwise.',
        resolve: ({ secret }) => secret ?? null,
      }),
    }),
  });
  return { tool, registration };
};

export const addTools = (builder: ModelsBuilder): void => {
  const { tool, registration } = addType(builder);
  const input = builder.inputType('ToolInput', {
    description: 'A tool as it shall be.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Up to 64 letters, digits, hyphens and underscores.' }),
      description: t.string({
        required: true,
        description: 'What it does and when to call it: the model decides by this. 1 to 1,024 characters.',
      }),
      parameters: t.string({
        required: true,
        defaultValue: '{"type":"object","properties":{}}',
        description:
          'JSON text of the JSON Schema of its arguments; its "type" is "object". At most 8,192 characters. Default: no arguments.',
      }),
      url: t.string({
        required: true,
        description: 'Where to call it: https, or http where the operator allows the host. Without a user in it.',
      }),
      timeoutMs: t.int({
        required: true,
        defaultValue: defaultTimeoutMs,
        description: 'Milliseconds that one call may take: 1 to 60,000.',
      }),
      enabled: t.boolean({ required: true, defaultValue: true, description: 'Whether models are told of it.' }),
    }),
  });
  const name = { required: true, description: 'Its name.' } as const;
  builder.queryField('tools', (t) =>
    t.field({
      type: [tool],
      description: 'Tools of your tenant, by name.',
      resolve: (_, _args, { database, identity }) => readTools(database, identity.tenantId),
    }),
  );
  builder.mutationFields((t) => ({
    upsertTool: t.field({
      type: registration,
      authScopes: { role: 'ADMIN' },
      description:
        'Adds a tool of your tenant, with a new secret, or replaces all of the one with its name but the secret. For administrators.',
      args: { input: t.arg({ type: input, required: true, description: 'The tool.' }) },
      resolve: (_, args, context) => upsertTool(context, context.identity, args.input),
    }),
    rotateToolSecret: t.field({
      type: registration,
      authScopes: { role: 'ADMIN' },
      description:
        'Gives a tool another secret. Messages that were sent before are still signed with the former one. For administrators.',
      args: { name: t.arg.string(name) },
      resolve: (_, args, context) => rotateToolSecret(context, context.identity, args.name),
    }),
    deleteTool: t.boolean({
      authScopes: { role: 'ADMIN' },
      description:
        'Deletes a tool of your tenant; answers that were sent before may still call it. For administrators.',
      args: { name: t.arg.string(name) },
      resolve: async (_, args, context) => {
        await deleteTool(context, context.identity, args.name);
        return true;
      },
    }),
  }));
};
