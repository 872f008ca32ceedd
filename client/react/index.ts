/** The entry point of the hooks: everything that applications may import. */
export { useParlance } from './client-context.ts';
export { ParlanceProvider, type ParlanceProviderProps } from './parlance-provider.tsx';
export type { ConversationState } from './stores/conversation.ts';
export type { ConversationActions } from './stores/conversation-actions.ts';
export type { ConversationListState } from './stores/conversation-list.ts';
export type { MessageHit, MessageSearchState } from './stores/message-search.ts';
export type { ReplyState } from './stores/reply.ts';
export type { ResourceState } from './stores/resource.ts';
export type { TimelineState } from './stores/timeline-core.ts';
export type { TimelineEntry } from './stores/timeline-entry.ts';
export type { TurnOutcome, TurnQueueState } from './stores/turn-queue.ts';
export type { TurnRequest, TurnSettings, TurnStorage, UnsentTurn } from './stores/turn-requests.ts';
export type { UploadedFile, UploadOptions } from './stores/uploads.ts';
export { type Live, useModels, usePolicies, useQuota, useViewer } from './use-account.ts';
export {
  type Conversations,
  type UseConversationsOptions,
  useConversation,
  useConversationActions,
  useConversations,
} from './use-conversations.ts';
export { type LiveUploads, useFile, useUploads } from './use-files.ts';
export { type Search, useSearch } from './use-search.ts';
export {
  type LiveTimeline,
  type Send,
  type StartedConversation,
  useReply,
  useSend,
  useStartConversation,
  useTimeline,
} from './use-timeline.ts';
