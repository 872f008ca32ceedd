/** The entry point of the SDK: everything that applications may import. */
export type { Backoff } from './backoff.ts';
export { isParlanceError, type ParlanceError, type ParlanceFault, type ServerCode } from './errors.ts';
export type { ConversationChange, ConversationNotice, ConversationNotices } from './follow-changes.ts';
export { TypedDocumentString } from './generated/graphql.ts';
export { createId } from './ids.ts';
export type { MessageUsage, MessageView, ToolCall } from './message-view.ts';
export {
  createParlanceClient,
  type FollowChangesOptions,
  type ParlanceClient,
  type ParlanceClientOptions,
} from './parlance-client.ts';
export type { OptimisticMessage, SendOptions, SentMessage, Turn } from './send-message.ts';
export type { Auth } from './session.ts';
