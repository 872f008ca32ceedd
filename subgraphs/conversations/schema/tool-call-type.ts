/** The GraphQL type ToolCall. */
import type { ToolCall, ToolCallStatus } from '#kernel/stream-log/stream-event.ts';
import { builder } from './builder.ts';

const ToolCallStatusRef = builder.enumType('ToolCallStatus', {
  description: 'Where a call of a tool stands.',
  values: {
    RUNNING: { description: 'The tool has been asked.' },
    COMPLETED: { description: 'The tool has answered.' },
    FAILED: { description: 'It could not be asked, or did not answer as it should; the result tells why.' },
  } satisfies Record<ToolCallStatus, object>,
});

export const ToolCallRef = builder.objectRef<ToolCall>('ToolCall').implement({
  description: 'A call of one of the tenant’s tools, which a model made while it answered.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Unique within the message.' }),
    name: t.exposeString('name', { description: 'Name of the tool, as the model wrote it.' }),
    arguments: t.exposeString('arguments', {
      description: 'JSON text of an object; what the model wrote, where that is none.',
    }),
    status: t.field({ type: ToolCallStatusRef, description: 'Where it stands.', resolve: (call) => call.status }),
    result: t.string({
      nullable: true,
      description:
        'What the model was told: what the tool gave, or a sentence that says why it FAILED; null while it is RUNNING.',
      resolve: (call) => (call.status === 'RUNNING' ? null : call.result),
    }),
  }),
});
