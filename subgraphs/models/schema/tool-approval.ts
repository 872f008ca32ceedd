/** The GraphQL enum of when a user has to allow a call of a tool. */
import type { ToolApproval } from '#contracts/tool-approval.ts';
import type { ModelsBuilder } from './builder.ts';

export const addToolApproval = (builder: ModelsBuilder) =>
  builder.enumType('ToolApproval', {
    description: 'When the user has to allow a call of a tool before it is made.',
    values: {
      NEVER: { description: 'Never.' },
      AFTER_UNTRUSTED: {
        description:
          'Once the model has read a result of a tool in the same reply, a passage of a document or an attached file, because these may hold instructions of strangers. Tools that say that they change nothing are called without asking.',
      },
      ALWAYS: { description: 'Each time.' },
    } satisfies Record<ToolApproval, object>,
  });
export type ToolApprovalEnum = ReturnType<typeof addToolApproval>;
