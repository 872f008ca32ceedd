/** The GraphQL enum of all error codes. docs/errors.md says more about each. */
import type { ErrorCode } from '#contracts/error-codes.ts';
import type { ConversationsBuilder } from './builder.ts';

export const addErrorCode = (builder: ConversationsBuilder) =>
  builder.enumType('ErrorCode', {
    description: 'Why something failed: the code that errors have as extensions.code. New codes come at any time.',
    values: {
      BAD_USER_INPUT: { description: 'An argument is not valid.' },
      UNAUTHENTICATED: { description: 'No token, or one that is not valid any more.' },
      FORBIDDEN: { description: 'The role or the scopes do not allow it.' },
      UNAUTHORIZED_FIELD_OR_TYPE: { description: 'The supergraph restricts the field to other users.' },
      NOT_FOUND: { description: 'It does not exist, or belongs to somebody else.' },
      CONVERSATION_BUSY: { description: 'A reply is being written in the conversation.' },
      IDEMPOTENCY_KEY_REUSED: { description: 'The key was used for a request with other input.' },
      DECISION_NOT_AWAITED: { description: 'Nobody waits for the decision, or another one was made.' },
      CONTENT_BLOCKED: { description: 'The screening refused the text.' },
      QUOTA_EXCEEDED: { description: 'Tokens, budget or storage do not suffice.' },
      RATE_LIMITED: { description: 'Too many requests in a short time.' },
      TOO_MANY_SUBSCRIPTIONS: { description: 'Too many subscriptions at once.' },
      TOO_MANY_API_KEYS: { description: 'The user has as many API keys as a user may have.' },
      OPERATION_TOO_COMPLEX: { description: 'The operation asks for too much at once.' },
      PAYLOAD_TOO_LARGE: { description: 'The request is too large.' },
      OVERLOADED: { description: 'The service takes no more at the moment.' },
      MODEL_UNAVAILABLE: { description: 'No model that may reply is there.' },
      SUBGRAPH_UNAVAILABLE: { description: 'A part of the service is not reachable.' },
      SUBGRAPH_TIMEOUT: { description: 'A part of the service took too long.' },
      SUBGRAPH_INVALID_RESPONSE: { description: 'A part of the service responded with something unusable.' },
      SUBSCRIPTION_LOST: { description: 'A subscription was cut and cannot continue.' },
      MODERATION_UNAVAILABLE: { description: 'A text that has to be screened cannot be at the moment.' },
      MODEL_TIMEOUT: { description: 'The model gave no first token in time.' },
      MODEL_ERROR: { description: 'The model could not reply.' },
      CONTEXT_TOO_LONG: { description: 'The message does not fit any model that may reply.' },
      OUTPUT_INVALID: { description: 'The reply does not have the format that was asked for.' },
      WORKER_LOST: { description: 'No worker replied, and the job is gone.' },
      INTERNAL_SERVER_ERROR: {
        description: 'Something that nobody foresaw, or a code that this version does not know.',
      },
    } satisfies Record<ErrorCode, object>,
  });
