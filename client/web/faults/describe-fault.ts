/** Faults in words: what happened, and what the reader can do about it. */
import type { ParlanceFault } from '@parlance/client';
import type { MessageId } from '../translations/en.ts';
import type { Translate } from '../translations/translation.ts';

/**
 * What helps: `retry` the same request, `wait` for a while first, `model`: choose another, `edit` the text, `signIn`.
 */
export type Remedy = 'retry' | 'wait' | 'model' | 'edit' | 'signIn' | 'none';

interface Description {
  readonly words: MessageId;
  readonly remedy: Remedy;
}

/** Codes that say nothing without the server's own sentence: which argument is wrong, or a code of a newer server. */
type Unspecific = 'BAD_USER_INPUT' | 'UNKNOWN';

const descriptions: Readonly<Record<Exclude<ParlanceFault['code'], Unspecific>, Description>> = {
  NETWORK_ERROR: { words: 'fault.network', remedy: 'retry' },
  FILE_UNREADABLE: { words: 'fault.fileUnreadable', remedy: 'none' },
  UNAUTHENTICATED: { words: 'fault.unauthenticated', remedy: 'signIn' },
  FORBIDDEN: { words: 'fault.forbidden', remedy: 'none' },
  UNAUTHORIZED_FIELD_OR_TYPE: { words: 'fault.forbidden', remedy: 'none' },
  NOT_FOUND: { words: 'fault.notFound', remedy: 'none' },
  CONVERSATION_BUSY: { words: 'fault.busy', remedy: 'retry' },
  DECISION_NOT_AWAITED: { words: 'fault.decided', remedy: 'none' },
  CONTENT_BLOCKED: { words: 'fault.blocked', remedy: 'edit' },
  QUOTA_EXCEEDED: { words: 'fault.quota', remedy: 'wait' },
  RATE_LIMITED: { words: 'fault.rate', remedy: 'wait' },
  OVERLOADED: { words: 'fault.overloaded', remedy: 'wait' },
  MODEL_UNAVAILABLE: { words: 'fault.modelUnavailable', remedy: 'model' },
  MODERATION_UNAVAILABLE: { words: 'fault.moderationUnavailable', remedy: 'retry' },
  MODEL_TIMEOUT: { words: 'fault.modelTimeout', remedy: 'retry' },
  MODEL_ERROR: { words: 'fault.modelError', remedy: 'retry' },
  OUTPUT_INVALID: { words: 'fault.outputInvalid', remedy: 'retry' },
  CONTEXT_TOO_LONG: { words: 'fault.tooLong', remedy: 'model' },
  PAYLOAD_TOO_LARGE: { words: 'fault.tooLarge', remedy: 'edit' },
  WORKER_LOST: { words: 'fault.workerLost', remedy: 'retry' },
  SUBGRAPH_UNAVAILABLE: { words: 'fault.unavailable', remedy: 'retry' },
  SUBGRAPH_TIMEOUT: { words: 'fault.unavailable', remedy: 'retry' },
  SUBSCRIPTION_LOST: { words: 'fault.unavailable', remedy: 'retry' },
  SUBGRAPH_INVALID_RESPONSE: { words: 'fault.internal', remedy: 'none' },
  IDEMPOTENCY_KEY_REUSED: { words: 'fault.internal', remedy: 'none' },
  INTERNAL_SERVER_ERROR: { words: 'fault.internal', remedy: 'retry' },
  OPERATION_TOO_COMPLEX: { words: 'fault.tooMuch', remedy: 'none' },
  TOO_MANY_SUBSCRIPTIONS: { words: 'fault.tooMuch', remedy: 'none' },
  TOO_MANY_API_KEYS: { words: 'fault.tooManyKeys', remedy: 'none' },
};

export interface DescribedFault {
  readonly words: string;
  readonly remedy: Remedy;
}

/** Of what people keep. Their bounds are no matter of waiting or of another model. */
const quotas: Readonly<Record<string, MessageId>> = {
  USER_FILES: 'fault.userFiles',
  TENANT_FILES: 'fault.tenantFiles',
  TENANT_STORAGE: 'fault.tenantStorage',
  USER_COLLECTIONS: 'fault.userCollections',
  COLLECTION_DOCUMENTS: 'fault.collectionDocuments',
};

const descriptionOf = (fault: ParlanceFault): Description | undefined => {
  if (fault.code === 'BAD_USER_INPUT' || fault.code === 'UNKNOWN') return undefined;
  if (fault.code !== 'QUOTA_EXCEEDED') return descriptions[fault.code];
  const words = quotas[fault.quota ?? ''];
  if (words !== undefined) return { words, remedy: 'none' };
  return fault.retryAfterMs === undefined ? { words: 'fault.quotaSize', remedy: 'model' } : descriptions[fault.code];
};

/** The server's own sentence stands for codes that have no words here. */
export const describeFault = (fault: ParlanceFault, t: Translate): DescribedFault => {
  const { words, remedy } = descriptionOf(fault) ?? {
    words: undefined,
    remedy: fault.retryable ? 'retry' : 'none',
  };
  return { words: words === undefined ? fault.message : t(words), remedy };
};

/** Of what is no message. */
export const wordsOfRefusal = (fault: ParlanceFault, t: Translate): string =>
  fault.code === 'QUOTA_EXCEEDED' && quotas[fault.quota ?? ''] === undefined
    ? fault.message
    : describeFault(fault, t).words;
