/** The list of the tenant's tool calls, for administrators. */
import type { RecordedToolCall } from '../entities.ts';
import { shownToolCall } from '../messages/shown-tool-call.ts';
import { listToolCalls } from '../tool-calls/list-tool-calls.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ToolCallEnums } from './tool-call-type.ts';
import type { ConversationsTypes } from './types.ts';

const addType = (builder: ConversationsBuilder, { User }: ConversationsTypes, enums: ToolCallEnums) =>
  builder.objectRef<RecordedToolCall>('RecordedToolCall').implement({
    description: 'Who called which tool, when, and how it ended. What was said is in the message only.',
    fields: (t) => ({
      id: t.id({
        description: 'That of the ToolCall.',
        resolve: ({ messageId, callId }) => shownToolCall(messageId, { id: callId }).id,
      }),
      messageId: t.exposeID('messageId', { description: 'The reply that it is of.' }),
      conversationId: t.exposeID('conversationId', { description: 'The conversation of the reply.' }),
      user: t.field({
        type: User,
        description: 'The user who asked.',
        resolve: ({ userId }) => ({ id: userId }),
      }),
      tool: t.exposeString('tool', { description: 'Name of the tool, as the model called it.' }),
      mcpServer: t.exposeString('server', {
        nullable: true,
        description: 'Name of the MCP server that the tool is of; null where it is none.',
      }),
      status: t.field({
        type: enums.ToolCallStatus,
        description: 'The state. A call that runs is listed when its reply has ended.',
        resolve: (call) => call.status,
      }),
      decision: t.field({
        type: enums.ToolDecision,
        nullable: true,
        description: 'What the user decided; null where nobody was asked, or has not decided.',
        resolve: (call) => call.decision,
      }),
      decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true, description: 'When that was.' }),
      calledAt: t.expose('calledAt', {
        type: 'DateTime',
        description: 'When the tool was called; otherwise about when the model asked for it.',
      }),
      durationMs: t.exposeInt('durationMs', {
        nullable: true,
        description: 'Milliseconds that the call took; null where the tool was not called.',
      }),
      argumentBytes: t.exposeInt('argumentBytes', { description: 'Bytes of its arguments.' }),
      resultBytes: t.exposeInt('resultBytes', {
        nullable: true,
        description: 'Bytes of what the model was given; null until then.',
      }),
    }),
  });

export const addToolCalls = (builder: ConversationsBuilder, types: ConversationsTypes, enums: ToolCallEnums): void => {
  const type = addType(builder, types, enums);
  const filter = builder.inputType('ToolCallFilter', {
    description: 'Selects calls of the list: those that meet every given condition.',
    fields: (t) => ({
      tool: t.string({ description: 'Only calls of the tool with this name.' }),
      mcpServer: t.string({ description: 'Only calls of tools of this MCP server.' }),
      status: t.field({ type: enums.ToolCallStatus, description: 'Only calls in this state.' }),
      decision: t.field({ type: enums.ToolDecision, description: 'Only calls with this decision.' }),
      userId: t.id({ description: 'Only calls for this user.' }),
      since: t.field({ type: 'DateTime', description: 'Only calls at this time or later.' }),
      until: t.field({ type: 'DateTime', description: 'Only calls before this time.' }),
    }),
  });
  builder.queryField('toolCalls', (t) =>
    t.connection(
      {
        type,
        authScopes: { role: 'ADMIN' },
        description: 'Tool calls of your tenant, latest first. Pages forward only. For administrators.',
        args: { filter: t.arg({ type: filter, description: 'Narrows the list.' }) },
        resolve: (_, args, { identity, services }) => listToolCalls(services.database, identity.tenantId, args),
      },
      { name: 'RecordedToolCallConnection', description: 'A page of calls.' },
      { name: 'RecordedToolCallEdge', description: 'A call in a page.' },
    ),
  );
};
