/** What is known of one send when all is over: what clients saw, what is stored, billed and asked of the provider. */
import type { StreamedEvent } from '#tests/support/client.ts';
import type { Decided } from './decide.ts';
import type { DrawnCall } from './draw-turn.ts';

/** Something that a client should never have received. */
export interface SeenFault {
  readonly atMs: number;
  /** The code of the error, or what happened. */
  readonly what: string;
}

/** One client that followed a reply, through as many connections as it took. */
export interface Following {
  /** seq after which it began. */
  readonly afterSeq: number;
  /** Each event that it was given, in the order of arrival. */
  readonly events: readonly StreamedEvent[];
  /** When each of them arrived, by the clock. */
  readonly arrivedAtMs: readonly number[];
  /** Faults that a client must not see: a stream that completes without an end, a code that is not for trying again. */
  readonly faults: readonly SeenFault[];
}

export interface StoredCall {
  readonly arguments: string;
  readonly status: string;
  readonly decision: string | null;
  readonly result: string | null;
}

export interface StoredMessage {
  readonly status: string;
  readonly content: string;
  /** Null where the model showed no thought. */
  readonly reasoning: string | null;
  /** The cache that it came from; null where a model was asked. */
  readonly reuse: string | null;
  readonly toolCalls: readonly StoredCall[];
}

export interface LedgerLine {
  readonly outputTokens: number;
  readonly status: string;
}

export interface Evidence {
  readonly messageId: string;
  /** Words that the provider says when it is let. */
  readonly words: number;
  /** What the model writes in place of words. */
  readonly text?: string;
  /** Requests that one attempt may need. */
  readonly requests: number;
  /** A worker that takes over may find that the reply cannot be brought into its format any more. */
  readonly mayNotFit: boolean;
  /** The call that the model makes first, and what its user decided. */
  readonly call?: DrawnCall & { readonly decided: Decided };
  /** How often the tool was called for it. */
  readonly timesCalled: number;
  /** Others ask the same, so the reply may come from a cache, and requests for it are those of all. */
  readonly isCommon: boolean;
  /** Somebody asked to stop it while it was written. */
  readonly stopped: boolean;
  /** The script makes the provider fail this reply in the middle, once. */
  readonly providerFails: boolean;
  readonly followings: readonly Following[];
  /** The stream as it is after the end, from its first event; undefined when it was not asked for. */
  readonly replay: Following | undefined;
  /** Of the replies below the question: more than one means that one key was sent twice. */
  readonly replies: number;
  readonly stored: StoredMessage | undefined;
  readonly ledger: readonly LedgerLine[];
  /** Workers were killed or drained in this run: a reply may have changed hands. */
  readonly workersDie: boolean;
  /** Redis came back empty in this run: a reply that had ended may be streamed from its row afterwards. */
  readonly logsLost: boolean;
  /** Requests that reached the provider. */
  readonly providerCalls: number;
  /** Requests that the script makes the provider refuse before a word: each is sent again. */
  readonly providerRefusals: number;
}
