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

const descriptions: Partial<Record<ParlanceFault['code'], Description>> = {
  NETWORK_ERROR: { words: 'fault.network', remedy: 'retry' },
  UNAUTHENTICATED: { words: 'fault.unauthenticated', remedy: 'signIn' },
  FORBIDDEN: { words: 'fault.forbidden', remedy: 'none' },
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
  INTERNAL_SERVER_ERROR: { words: 'fault.internal', remedy: 'retry' },
  TOO_MANY_API_KEYS: { words: 'fault.tooManyKeys', remedy: 'none' },
};

export interface DescribedFault {
  readonly words: string;
  readonly remedy: Remedy;
}

/** The server's own sentence stands for codes that have no words here. */
export const describeFault = (fault: ParlanceFault, t: Translate): DescribedFault => {
  const { words, remedy } = descriptions[fault.code] ?? {
    words: undefined,
    remedy: fault.retryable ? 'retry' : 'none',
  };
  if (fault.code === 'QUOTA_EXCEEDED' && fault.retryAfterMs === undefined) {
    return { words: t('fault.quotaSize'), remedy: 'model' };
  }
  return { words: words === undefined ? fault.message : t(words), remedy };
};

/** Of what is no message: its bounds, such as those of storage, the server says best. */
export const wordsOfRefusal = (fault: ParlanceFault, t: Translate): string =>
  fault.code === 'QUOTA_EXCEEDED' ? fault.message : describeFault(fault, t).words;
