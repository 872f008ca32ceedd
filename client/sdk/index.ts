/** The entry point of the SDK: everything that applications may import. */
export type { Attachment, AttachOptions, UploadProgress } from './attach-file.ts';
export type { Backoff } from './backoff.ts';
export { failureOf, isParlanceError, type ParlanceError, type ParlanceFault, type ServerCode } from './errors.ts';
export type {
  ConversationChange,
  ConversationNotice,
  ConversationNotices,
  MissedChanges,
  Notice,
  Notices,
} from './follow-changes.ts';
export {
  type ApiKeyStateFragment as ApiKey,
  ApiKeysDocument,
  type BusyPolicy,
  ConversationDocument,
  type ConversationFilter,
  type ConversationItemFragment as ConversationItem,
  type ConversationSettingsFragment as ConversationSettings,
  ConversationsDocument,
  type ConversationsQuery,
  ConversationVersionDocument,
  CreateApiKeyDocument,
  CreateConversationDocument,
  type CreateConversationInput,
  DeleteConversationDocument,
  DeleteFileDocument,
  EndSessionDocument,
  ExplainRouteDocument,
  type ExplainRouteQuery,
  FileDocument,
  type FilePurpose,
  type FileStateFragment as FileState,
  MarkConversationReadDocument,
  MessageRoutingDocument,
  type MessageRoutingQuery,
  ModelsDocument,
  type ModelsQuery,
  QuotaDocument,
  type QuotaStateFragment as Quota,
  type ReasoningEffort,
  type ResponseFormatInput,
  RestoreConversationDocument,
  type Reuse,
  type ReusePolicy,
  RevokeApiKeyDocument,
  RoutingPoliciesDocument,
  type RoutingPoliciesQuery,
  SearchMessagesDocument,
  type SearchMessagesQuery,
  SelectBranchDocument,
  type SessionStateFragment as SessionState,
  SessionsDocument,
  TimelineDocument,
  type TimelineMessageFragment as TimelineMessage,
  type TimelinePageFragment as TimelinePage,
  TurnOfReplyDocument,
  TypedDocumentString,
  UpdateConversationDocument,
  type UpdateConversationInput,
  ViewerDocument,
  type ViewerQuery,
} from './generated/graphql.ts';
export { createId } from './ids.ts';
export { type Citation, isFinal, type MessageUsage, type MessageView, type ToolCall } from './message-view.ts';
export {
  type Change,
  createParlanceClient,
  type FollowChangesOptions,
  type ParlanceClient,
  type ParlanceClientOptions,
  type QuotaChange,
} from './parlance-client.ts';
export type { PartialResult } from './requests.ts';
export type {
  EditOptions,
  OptimisticMessage,
  RegenerateOptions,
  SendOptions,
  SentMessage,
} from './send-message.ts';
export { type Auth, type CookieSession, cookieSession } from './session.ts';
export type { StartedTurn, Turn, TurnIds, TurnOptions } from './start-turn.ts';
