/** A turn as a client asks for it, once its input has been read. */
import type { ReasoningEffort } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { ResponseFormat } from '#contracts/response-format.ts';
import type { ReusePolicy } from '#contracts/reuse.ts';
import type { Message, MessageAttachment } from '../entities.ts';
import type { TurnParent } from './read-turn-context.ts';
import type { BusyPolicy } from './store-turn.ts';

export interface TurnRequest {
  readonly identity: Identity;
  readonly idempotencyKey: string;
  /** Hash of everything else that the client sent: the same key with another hash is refused. */
  readonly requestHash: string;
  readonly conversationId: string;
  readonly parent: TurnParent;
  /** What the user wrote, or the stored question, named by `parent`, that gets another reply. */
  readonly question: string | Message;
  /** What a new question carries. Default: nothing. */
  readonly attachments?: readonly MessageAttachment[] | undefined;
  readonly replyId: string | undefined;
  readonly modelPolicy: string | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** Undefined: text. */
  readonly responseFormat?: ResponseFormat | undefined;
  /** Names of the tools that the model may call; undefined for all of the tenant's. */
  readonly tools: readonly string[] | undefined;
  /** Whether the reply may be one that was written before. Default: as the routing policy says. */
  readonly reuse?: ReusePolicy | undefined;
  readonly onBusy: BusyPolicy;
}
