/** The GraphQL type ToolCall, and the decision of a user about one. */
import { isOpenCall, type ToolCallStatus, type ToolDecision } from '#contracts/stream-event.ts';
import { decideToolCall } from '../tool-calls/decide-tool-call.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

const addEnums = (builder: ConversationsBuilder) => ({
  ToolCallStatus: builder.enumType('ToolCallStatus', {
    description: 'The state of a tool call.',
    values: {
      RUNNING: { description: 'The tool has been called and has not responded yet.' },
      AWAITING_APPROVAL: { description: 'The tool is called once the user allows it, with decideToolCall.' },
      COMPLETED: { description: 'The tool has responded.' },
      FAILED: { description: 'The tool could not be called or did not respond properly; the result says why.' },
    } satisfies Record<ToolCallStatus, object>,
  }),
  ToolDecision: builder.enumType('ToolDecision', {
    description: 'Whether a tool was allowed to be called.',
    values: {
      APPROVED: { description: 'The user allowed it.' },
      DENIED: { description: 'The user did not allow it.' },
      EXPIRED: { description: 'Nobody decided in time, which denied it.' },
    } satisfies Record<ToolDecision, object>,
  }),
});
export type ToolCallEnums = ReturnType<typeof addEnums>;

export const addToolCallType = (builder: ConversationsBuilder, { ToolCall, Message }: ConversationsTypes) => {
  const enums = addEnums(builder);
  ToolCall.implement({
    description: "A call of one of the tenant's tools, which a model made while it wrote a reply.",
    fields: (t) => ({
      id: t.exposeID('id', {
        description: 'Unique over all messages; also the `webhook-id` of the request to the tool.',
      }),
      name: t.exposeString('name', { description: 'Name of the tool, as the model wrote it.' }),
      mcpServer: t.string({
        nullable: true,
        description: 'Name of the MCP server that the tool is of; null where it is none.',
        resolve: ({ server }) => server,
      }),
      arguments: t.exposeString('arguments', {
        description: 'JSON text of an object; exactly what the model wrote when that is not one.',
      }),
      status: t.field({ type: enums.ToolCallStatus, description: 'The state.', resolve: (call) => call.status }),
      decision: t.field({
        type: enums.ToolDecision,
        nullable: true,
        description: 'What the user decided; null where nobody was asked, or has not decided.',
        resolve: (call) => (call.status === 'AWAITING_APPROVAL' ? null : call.decision),
      }),
      result: t.string({
        nullable: true,
        description:
          'What the model was given: the result of the tool, or a sentence that says why the call FAILED; null until then.',
        resolve: (call) => (isOpenCall(call) ? null : call.result),
      }),
    }),
  });
  builder.mutationField('decideToolCall', (t) =>
    t.field({
      type: Message,
      description:
        'Allows or denies a call of a tool that waits for you. The reply goes on in its stream once all its calls are decided. Repeating a decision has no effect; another one, or one that comes too late, is refused with DECISION_NOT_AWAITED.',
      args: {
        messageId: t.arg.id({ required: true, description: 'The reply.' }),
        toolCallId: t.arg.id({ required: true, description: 'The call, with status AWAITING_APPROVAL.' }),
        approve: t.arg.boolean({ required: true, description: 'Whether the tool is called.' }),
      },
      resolve: (_, args, { identity, services }) => decideToolCall(services, identity, args),
    }),
  );
  return enums;
};
