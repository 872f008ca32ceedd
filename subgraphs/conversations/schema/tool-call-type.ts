/** The GraphQL type ToolCall. */
import type { ToolCallStatus } from '#contracts/stream-event.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

export const addToolCallType = (builder: ConversationsBuilder, { ToolCall }: ConversationsTypes): void => {
  const status = builder.enumType('ToolCallStatus', {
    description: 'The state of a tool call.',
    values: {
      RUNNING: { description: 'The tool has been called and has not responded yet.' },
      COMPLETED: { description: 'The tool has responded.' },
      FAILED: { description: 'The tool could not be called or did not respond properly; the result says why.' },
    } satisfies Record<ToolCallStatus, object>,
  });
  ToolCall.implement({
    description: "A call of one of the tenant's tools, which a model made while it wrote a reply.",
    fields: (t) => ({
      id: t.exposeID('id', {
        description: 'Unique over all messages; also the `webhook-id` of the request to the tool.',
      }),
      name: t.exposeString('name', { description: 'Name of the tool, as the model wrote it.' }),
      arguments: t.exposeString('arguments', {
        description: 'JSON text of an object; exactly what the model wrote when that is not one.',
      }),
      status: t.field({ type: status, description: 'The state.', resolve: (call) => call.status }),
      result: t.string({
        nullable: true,
        description:
          'What the model was given: the result of the tool, or a sentence that says why the call FAILED; null while it is RUNNING.',
        resolve: (call) => (call.status === 'RUNNING' ? null : call.result),
      }),
    }),
  });
};
