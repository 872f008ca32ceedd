/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What to do while a reply is being written in the conversation. */
export type BusyPolicy =
  /** Reply after all replies that are running or waiting. */
  | 'ENQUEUE'
  /** Stop all replies that are running or waiting, keep their text, then reply. */
  | 'INTERRUPT'
  /** Refuse with CONVERSATION_BUSY. */
  | 'REJECT';

/** Whether a model is used, given its failures in the last minutes. */
export type CircuitState =
  /** It is used. */
  | 'CLOSED'
  /** It is tried again, but only after every healthy model. */
  | 'HALF_OPEN'
  /** It failed too often lately, so it is not used. */
  | 'OPEN';

/** Who may read a collection, and so the passages of its documents. */
export type CollectionAccess =
  /** Its owner, and the users that it lists. */
  | 'LISTED'
  /** Its owner. */
  | 'PRIVATE'
  /** Everybody of the tenant. */
  | 'TENANT';

/** How hard a question is, as rules judge it (no model is asked). Routing policies may have rules for it. */
export type Complexity =
  /** A proof, an analysis, a design, code to debug, or several of such tasks. */
  | 'COMPLEX'
  /** Something to explain, to compare or to write. */
  | 'MODERATE'
  /** A greeting, a fact to look up, a translation, a short text. */
  | 'SIMPLE';

/** What happened. */
export type ConversationChangeKind =
  /** Another branch became the current one. */
  | 'BRANCH_SELECTED'
  /** The conversation was created. */
  | 'CREATED'
  /** It was deleted. It can be restored. */
  | 'DELETED'
  /** A turn was added; its reply is yet to be written. */
  | 'MESSAGE_ADDED'
  /** A reply became final. */
  | 'MESSAGE_FINISHED'
  /** The moderation has marked a reply after its end: read its `moderation`. */
  | 'MESSAGE_MODERATED'
  /** It was restored. */
  | 'RESTORED'
  /** Its title, model policy, system prompt, pinned or archived changed. */
  | 'UPDATED';

/** Selects conversations of the list: those that meet every given condition. */
export type ConversationFilter = {
  /** Archived conversations instead of the others. */
  archived?: boolean | null | undefined;
  /** Deleted conversations, which can be restored, instead of the others. */
  deleted?: boolean | null | undefined;
  /** Only pinned conversations, or only the others. */
  pinned?: boolean | null | undefined;
  /** Part of the title, in any case. */
  titleContains?: string | null | undefined;
};

/** An API key to create. */
export type CreateApiKeyInput = {
  /** When it expires; absent for never. */
  expiresAt?: string | null | undefined;
  /** What it is for: 1 to 100 characters. */
  name: string;
  /** What it may do. ADMIN and BILLING_ADMIN only if you have them yourself. */
  roles?: Array<Role>;
  /** Its scopes. Only those that you have yourself. */
  scopes?: Array<string>;
};

/** A new conversation. Everything is optional. */
export type CreateConversationInput = {
  /** US dollars that the conversation may cost altogether, from 0; null for no budget. A message that could exceed it is refused with QUOTA_EXCEEDED. */
  budgetUsd?: string | null | undefined;
  /** Ids of the collections of documents that replies may draw on: at most 20; null for none. */
  collectionIds?: Array<string> | null | undefined;
  /** Name of a routing policy, or a model's id; null for the tenant's default. */
  modelPolicy?: string | null | undefined;
  /** Instructions at the beginning of every prompt of this conversation. Screened like a message: CONTENT_BLOCKED. */
  systemPrompt?: string | null | undefined;
  /** At most 200 characters; null: generated after the next completed reply. */
  title?: string | null | undefined;
};

/** The state of a document in a collection. */
export type DocumentStatus =
  /** It has no passages: `failure` says why. */
  | 'FAILED'
  /** It is being cut into passages and embedded. */
  | 'PROCESSING'
  /** Its passages are found. */
  | 'READY'
  /** Its file is not READY yet. */
  | 'WAITING';

/** Another wording of a question, on a new branch. */
export type EditMessageInput = {
  /** Ids of your files that come with it; null for those that came before. */
  attachmentIds?: Array<string> | null | undefined;
  /** Ids of the collections that the reply may draw on; null for the conversation's, empty for none. */
  collectionIds?: Array<string> | null | undefined;
  /** The new text; not empty. */
  content: string;
  /** Made by the client, one for each new message, and reused for retries; 1 to 200 characters. */
  idempotencyKey: string;
  /** Most tokens of the reply, within the ceilings of your plan and the routing policy; null for their default, or the model's own limit. */
  maxOutputTokens?: number | null | undefined;
  /** The question to make an alternative to. */
  messageId: string;
  /** Name of a routing policy, or a model's id; null for the conversation's setting. */
  modelPolicy?: string | null | undefined;
  /** What to do while a reply is being written. */
  onBusy?: BusyPolicy | null | undefined;
  /** How much the model thinks first; null for what it does by itself. Models that do not let one choose ignore it. Thinking is billed as a part of the reply. */
  reasoningEffort?: ReasoningEffort | null | undefined;
  /** UUIDv7 for the assistant message, made by the client, so that it can open messageStream at the same time. */
  replyId?: string | null | undefined;
  /** The format that the reply has to have; null for text. The model is asked for it and the reply is checked: one that does not fit is written once more, and fails with OUTPUT_INVALID if it still does not. */
  responseFormat?: ResponseFormatInput | null | undefined;
  /** Whether the reply may be one that was written before for an equal question; null for DEFAULT. */
  reuse?: ReusePolicy | null | undefined;
  /** 0 to 2; null for the model's default. */
  temperature?: number | null | undefined;
  /** Names of the tools that the model may call, out of those that the query "callableTools" lists; a model with the capability TOOLS then writes the reply. Empty for none; null for all, where the model supports tools. */
  tools?: Array<string> | null | undefined;
};

/** Why something failed: the code that errors have as extensions.code. New codes come at any time. */
export type ErrorCode =
  /** An argument is not valid. */
  | 'BAD_USER_INPUT'
  /** The screening refused the text. */
  | 'CONTENT_BLOCKED'
  /** The message does not fit any model that may reply. */
  | 'CONTEXT_TOO_LONG'
  /** A reply is being written in the conversation. */
  | 'CONVERSATION_BUSY'
  /** Nobody waits for the decision, or another one was made. */
  | 'DECISION_NOT_AWAITED'
  /** The role or the scopes do not allow it. */
  | 'FORBIDDEN'
  /** The key was used for a request with other input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** Something that nobody foresaw, or a code that this version does not know. */
  | 'INTERNAL_SERVER_ERROR'
  /** The model could not reply. */
  | 'MODEL_ERROR'
  /** The model gave no first token in time. */
  | 'MODEL_TIMEOUT'
  /** No model that may reply is there. */
  | 'MODEL_UNAVAILABLE'
  /** A text that has to be screened cannot be at the moment. */
  | 'MODERATION_UNAVAILABLE'
  /** It does not exist, or belongs to somebody else. */
  | 'NOT_FOUND'
  /** The operation asks for too much at once. */
  | 'OPERATION_TOO_COMPLEX'
  /** The reply does not have the format that was asked for. */
  | 'OUTPUT_INVALID'
  /** The service takes no more at the moment. */
  | 'OVERLOADED'
  /** The request is too large. */
  | 'PAYLOAD_TOO_LARGE'
  /** Tokens, budget or storage do not suffice. */
  | 'QUOTA_EXCEEDED'
  /** Too many requests in a short time. */
  | 'RATE_LIMITED'
  /** A part of the service responded with something unusable. */
  | 'SUBGRAPH_INVALID_RESPONSE'
  /** A part of the service took too long. */
  | 'SUBGRAPH_TIMEOUT'
  /** A part of the service is not reachable. */
  | 'SUBGRAPH_UNAVAILABLE'
  /** A subscription was cut and cannot continue. */
  | 'SUBSCRIPTION_LOST'
  /** The user has as many API keys as a user may have. */
  | 'TOO_MANY_API_KEYS'
  /** Too many subscriptions at once. */
  | 'TOO_MANY_SUBSCRIPTIONS'
  /** No token, or one that is not valid any more. */
  | 'UNAUTHENTICATED'
  /** The supergraph restricts the field to other users. */
  | 'UNAUTHORIZED_FIELD_OR_TYPE'
  /** No worker replied, and the job is gone. */
  | 'WORKER_LOST';

/** A message that could be sent. */
export type ExplainRouteInput = {
  /** Text of the question, by which complexity and language are judged; as long as a message may be. Absent: no rule for a language holds, nor one for a complexity unless conversationComplexity is given. */
  content?: string | null | undefined;
  /** Complexity of the turn before, from its Message.routing: a conversation keeps the class of its hardest question until it pauses for half an hour. */
  conversationComplexity?: Complexity | null | undefined;
  /** Tokens of the prompt. */
  inputTokens?: number;
  /** Most tokens of the reply. */
  maxOutputTokens?: number | null | undefined;
  /** Name of a routing policy, or id of a model; absent for the default. */
  modelPolicy?: string | null | undefined;
  /** Categories for which the question is taken to be flagged. Nothing is screened here. */
  moderation?: Array<ModerationCategory> | null | undefined;
  /** What the model must be able to do: VISION for a question with images, TOOLS for named tools. */
  requires?: Array<ModelCapability> | null | undefined;
};

/** The format of an exported conversation. */
export type ExportFormat =
  /** To read: one page that needs nothing else and has no script. A ZIP archive with the files where questions carry some. */
  | 'HTML'
  /** Everything, with all versions of all branches. It can be imported again. */
  | 'JSON'
  /** To read and to edit: the current branch, then the others. A ZIP archive with the files where questions carry some. */
  | 'MARKDOWN';

/** Why a file cannot be used. */
export type FileFailureCode =
  /** It is not what it seems to be, or breaks off. */
  | 'DAMAGED'
  /** It is protected by a password. */
  | 'ENCRYPTED'
  /** The virus scan found something, or could not be made. */
  | 'INFECTED'
  /** It has no text, such as a scan without a text layer. */
  | 'NO_TEXT'
  /** It has more pages, characters or pixels than your plan allows, or unpacks to too much. */
  | 'TOO_LARGE'
  /** Its content is of a type that is not read. */
  | 'UNSUPPORTED_TYPE';

/** Selects files of the list: those that meet every given condition. */
export type FileFilter = {
  /** Files of all users of your tenant. For administrators. */
  everybody?: boolean | null | undefined;
  /** Only files of this kind. */
  kind?: FileKind | null | undefined;
  /** Only files whose name contains this, in upper or lower case. */
  name?: string | null | undefined;
  /** Only files in this state. */
  status?: FileStatus | null | undefined;
  /** Files of this user instead of your own. For administrators. */
  userId?: string | null | undefined;
};

/** What a file is to models. Until a worker has looked at its content, as its client declared it. */
export type FileKind =
  /** Tables, JSON or an archive. */
  | 'DATA'
  /** A document whose text is read, by pages where it has pages. */
  | 'DOCUMENT'
  /** A picture: models with the capability VISION see it. */
  | 'IMAGE'
  /** Plain text, Markdown or source code. */
  | 'TEXT';

/** A part of a file that is to be uploaded. */
export type FilePartInput = {
  /** Number of the part, from 1. Each has `partSize` bytes; the last has the rest. */
  number: number;
  /** SHA-256 of the bytes of the part, in 64 hexadecimal digits. */
  sha256: string;
};

/** What a file is for. */
export type FilePurpose =
  /** Models and people read it. */
  | 'CONTENT'
  /** It holds conversations for `importConversations`. No text is extracted. */
  | 'IMPORT';

/** The state of a file. */
export type FileStatus =
  /** Its bytes are not there yet, or `completeFile` was not called. */
  | 'AWAITING_UPLOAD'
  /** It was deleted, or is not yours: nothing of it can be read. */
  | 'DELETED'
  /** It cannot be used: `failure` says why. Its bytes are deleted. */
  | 'FAILED'
  /** It is being checked and its text extracted. */
  | 'PROCESSING'
  /** It can be attached, downloaded and added to collections. */
  | 'READY';

/** Why the model stopped. */
export type FinishReason =
  /** The reply was stopped on request. */
  | 'CANCELLED'
  /** The provider withheld the rest. */
  | 'CONTENT_FILTER'
  /** The model or its worker failed. */
  | 'ERROR'
  /** The reply reached maxOutputTokens or the limit of the model. */
  | 'LENGTH'
  /** The model repeated the same text again and again, so the reply was stopped. */
  | 'REPETITION'
  /** The reply was complete. */
  | 'STOP'
  /** The model called a tool. */
  | 'TOOL_CALLS';

/** Why something of an imported file was left out. */
export type ImportLeftOutReason =
  /** The conversation is there already, from an earlier import or as the original. */
  | 'ALREADY_IMPORTED'
  /** The screening refused the text. The message is there without it. */
  | 'BLOCKED'
  /** A conversation or message without text. */
  | 'EMPTY'
  /** What the system, tools or hidden steps said between the messages. */
  | 'NOT_A_MESSAGE'
  /** A message of pictures, recordings or files only. */
  | 'NOT_TEXT'
  /** A text was cut at the most characters that a message may have. */
  | 'TEXT_TOO_LONG'
  /** Everything after the 50,000th conversation. */
  | 'TOO_MANY_CONVERSATIONS'
  /** A conversation of more than 10,000 messages. */
  | 'TOO_MANY_MESSAGES'
  /** A conversation or message is damaged, too large, or of a form that is not known. */
  | 'UNREADABLE';

/** Who wrote an imported file. */
export type ImportSource =
  /** ChatGPT. */
  | 'CHATGPT'
  /** LibreChat. */
  | 'LIBRECHAT'
  /** An export of this or another Parlance. */
  | 'PARLANCE';

/** The author of a message. */
export type MessageRole =
  /** A model. */
  | 'ASSISTANT'
  /** Instructions to the model. */
  | 'SYSTEM'
  /** A tool, with the result of its call. */
  | 'TOOL'
  /** A person or a program that uses the conversation. */
  | 'USER';

/** The state of a message. QUEUED and STREAMING change; all other states are final. */
export type MessageStatus =
  /** Held back by content screening, and left out of prompts. */
  | 'BLOCKED'
  /** Stopped on request. The text written until then is kept. */
  | 'CANCELLED'
  /** Complete: a question, or a reply that the model ended. finishReason says how. */
  | 'COMPLETED'
  /** There is no reply, or none in the format that was asked for; error says why. */
  | 'FAILED'
  /** The model or its worker failed after some text, which is kept. */
  | 'PARTIAL'
  /** Waits for a worker, or for earlier replies of its conversation. */
  | 'QUEUED'
  /** Is being written. */
  | 'STREAMING';

/** What a model can do beyond plain text. */
export type ModelCapability =
  /** It makes embeddings and cannot write replies. */
  | 'EMBEDDING'
  /** It can be restricted to replies in JSON. */
  | 'JSON'
  /** It can continue a reply that was begun, so that no text becomes void when a worker fails. */
  | 'PREFILL'
  /** It can call tools. */
  | 'TOOLS'
  /** It understands images. */
  | 'VISION';

/** The action that a verdict leads to. */
export type ModerationAction =
  /** Nothing. */
  | 'ALLOW'
  /** A case is opened. A message or instructions are refused with CONTENT_BLOCKED; so is the rest of a reply that is screened before it is shown. */
  | 'BLOCK'
  /** A case is opened for an administrator. */
  | 'FLAG';

/** A category that text is screened for. */
export type ModerationCategory =
  /** Markers of chat templates, by which a text pretends to be several messages. */
  | 'CHAT_TEMPLATE'
  /** Slurs, and hatred of a group of people. */
  | 'HATE'
  /** Swear words. */
  | 'PROFANITY'
  /** Attempts to override the model's instructions. Detected in INPUT only; flagged, never blocked. */
  | 'PROMPT_INJECTION'
  /** The wish to harm oneself, and calls on others to harm themselves. */
  | 'SELF_HARM'
  /** Threats of violence, and questions about how to attack a place. */
  | 'THREAT';

/** The kind of text that was screened. */
export type ModerationStage =
  /** A message of a user, before it is admitted. */
  | 'INPUT'
  /** The system prompt of a conversation, before it is stored. */
  | 'INSTRUCTIONS'
  /** A reply: after its end, or before it is shown, as the policy says. */
  | 'OUTPUT';

/** Plan of a tenant: the models that it may use, and how many tokens. */
export type PlanTier =
  /** The highest limits. */
  | 'ENTERPRISE'
  /** The plan that a tenant begins with; the lowest limits. */
  | 'FREE'
  /** Higher limits. */
  | 'PRO';

/** How much a model thinks before it replies, where the model lets one choose. */
export type ReasoningEffort =
  /** For hard questions: up to 24,576 tokens on top of maxOutputTokens. */
  | 'HIGH'
  /** A little: up to 2,048 tokens on top of maxOutputTokens. */
  | 'LOW'
  /** Up to 8,192 tokens on top of maxOutputTokens. */
  | 'MEDIUM'
  /** Not at all, where the model can do without. */
  | 'NONE';

/** Another reply to the same question. */
export type RegenerateMessageInput = {
  /** Ids of the collections that the reply may draw on; null for the conversation's, empty for none. */
  collectionIds?: Array<string> | null | undefined;
  /** Made by the client, one for each new message, and reused for retries; 1 to 200 characters. */
  idempotencyKey: string;
  /** Most tokens of the reply, within the ceilings of your plan and the routing policy; null for their default, or the model's own limit. */
  maxOutputTokens?: number | null | undefined;
  /** The reply to make an alternative to. */
  messageId: string;
  /** Name of a routing policy, or a model's id; null for the conversation's setting. */
  modelPolicy?: string | null | undefined;
  /** What to do while a reply is being written. */
  onBusy?: BusyPolicy | null | undefined;
  /** How much the model thinks first; null for what it does by itself. Models that do not let one choose ignore it. Thinking is billed as a part of the reply. */
  reasoningEffort?: ReasoningEffort | null | undefined;
  /** UUIDv7 for the assistant message, made by the client, so that it can open messageStream at the same time. */
  replyId?: string | null | undefined;
  /** The format that the reply has to have; null for text. The model is asked for it and the reply is checked: one that does not fit is written once more, and fails with OUTPUT_INVALID if it still does not. */
  responseFormat?: ResponseFormatInput | null | undefined;
  /** 0 to 2; null for the model's default. */
  temperature?: number | null | undefined;
  /** Names of the tools that the model may call, out of those that the query "callableTools" lists; a model with the capability TOOLS then writes the reply. Empty for none; null for all, where the model supports tools. */
  tools?: Array<string> | null | undefined;
};

/** Why the text, the reasoning and the tool calls so far are void. */
export type ResetReason =
  /** The reply ended long ago, so the stream repeats all of it instead of continuing event by event. */
  | 'LOG_EXPIRED'
  /** The model failed, and the next one cannot continue the text. */
  | 'MODEL_REPLACED'
  /** The reply does not have the format that was asked for, and the model writes it once more. */
  | 'OUTPUT_INVALID'
  /** Another worker took over, with a model that cannot continue the text. */
  | 'WORKER_REPLACED';

/** The format that a reply has to have. */
export type ResponseFormatInput = {
  /** JSON text of the JSON Schema, for JSON_SCHEMA only: up to 16,384 characters, 500 subschemas and 24 levels. "$ref" may name parts of the schema itself, in no circle; patterns neither look around nor refer back. */
  schema?: string | null | undefined;
  /** The format. */
  type: ResponseFormatType;
};

/** The format of a reply. */
export type ResponseFormatType =
  /** One JSON value of any shape. */
  | 'JSON'
  /** One JSON value that fits a schema. */
  | 'JSON_SCHEMA'
  /** Text, as the model likes. */
  | 'TEXT';

/** How a reply was served that had been written before. */
export type Reuse =
  /** An equal request had got this reply shortly before. */
  | 'REQUEST_CACHE'
  /** A question of the same meaning had got this reply. */
  | 'SEMANTIC_CACHE';

/** Whether a reply may be one that was written before. */
export type ReusePolicy =
  /** As the routing policy says. */
  | 'DEFAULT'
  /** A model is asked, and its reply is not kept for others. */
  | 'NEVER';

/** What a user may do. */
export type Role =
  /** Reads the tenant's conversations by id; manages moderation, routing policies and the tenant's name; sees everybody's usage. */
  | 'ADMIN'
  /** Manages the tenant's budget, and its quotas within the plan; sees everybody's usage. */
  | 'BILLING_ADMIN'
  /** Access to their own conversations, usage and quota. */
  | 'USER';

/** Whether a model is used for a message, or the first reason why it is not. */
export type RouteVerdict =
  /** It writes the reply. */
  | 'CHOSEN'
  /** The operator has disabled it. */
  | 'DISABLED'
  /** It is used if the models before it fail. */
  | 'FALLBACK'
  /** It lacks a required capability, or only makes embeddings. */
  | 'MISSING_CAPABILITY'
  /** The tenant's plan does not include it. */
  | 'NOT_IN_PLAN'
  /** The policy does not list it, or another model was named. */
  | 'NOT_IN_POLICY'
  /** The rule that is followed allows other models only. */
  | 'NOT_IN_RULE'
  /** It is the demonstration, which is used only when no model fits. */
  | 'NO_REAL_MODEL'
  /** No worker serves it now. */
  | 'NO_WORKER'
  /** Its price, or that of its longest reply, exceeds the maximum of the policy. */
  | 'TOO_EXPENSIVE'
  /** Prompt and reply exceed its context window. */
  | 'TOO_LONG'
  /** It failed too often in the last minutes: its circuit is OPEN. */
  | 'UNHEALTHY';

/** Why a turn has its class. */
export type RoutingBasis =
  /** The conversation has had a harder question. */
  | 'CONVERSATION'
  /** The conversation has paused for long, so the question was judged by itself. */
  | 'IDLE'
  /** The question is short, and nothing came before it. */
  | 'NOTHING_BEFORE'
  /** The question was judged by itself. */
  | 'QUESTION'
  /** The question is too short to judge, and takes the class of the conversation. */
  | 'TOO_SHORT';

/** What orders the models that fit. */
export type RoutingStrategy =
  /** The models of the first rule that is for the question, then the others. In each group, those that meet latencyTargetMs come first; among them, the models that a rule names in its order, otherwise the cheapest first. Without a rule for a complexity, a hard question goes to the cheapest model too: nothing in the catalogue says how strong a model is. */
  | 'AUTO'
  /** The recent time to the first token, shortest first; models without a figure come last. */
  | 'LATENCY'
  /** The order of the policy, or of the platform if the policy lists no models. */
  | 'PREFERENCE'
  /** The cost of the message, lowest first. */
  | 'PRICE';

/** A question to a conversation. */
export type SendMessageInput = {
  /** Ids of your files that come with it, READY, at most 10. Pictures require a model with the capability VISION; of documents, the model reads the text. */
  attachmentIds?: Array<string> | null | undefined;
  /** Ids of the collections that the reply may draw on; null for the conversation's, empty for none. */
  collectionIds?: Array<string> | null | undefined;
  /** The text; not empty. */
  content: string;
  /** The conversation to ask in. */
  conversationId: string;
  /** Made by the client, one for each new message, and reused for retries; 1 to 200 characters. */
  idempotencyKey: string;
  /** Most tokens of the reply, within the ceilings of your plan and the routing policy; null for their default, or the model's own limit. */
  maxOutputTokens?: number | null | undefined;
  /** Name of a routing policy, or a model's id; null for the conversation's setting. */
  modelPolicy?: string | null | undefined;
  /** What to do while a reply is being written. */
  onBusy?: BusyPolicy | null | undefined;
  /** The message to continue after; null for the conversation's head. */
  parentId?: string | null | undefined;
  /** How much the model thinks first; null for what it does by itself. Models that do not let one choose ignore it. Thinking is billed as a part of the reply. */
  reasoningEffort?: ReasoningEffort | null | undefined;
  /** UUIDv7 for the assistant message, made by the client, so that it can open messageStream at the same time. */
  replyId?: string | null | undefined;
  /** The format that the reply has to have; null for text. The model is asked for it and the reply is checked: one that does not fit is written once more, and fails with OUTPUT_INVALID if it still does not. */
  responseFormat?: ResponseFormatInput | null | undefined;
  /** Whether the reply may be one that was written before for an equal question; null for DEFAULT. */
  reuse?: ReusePolicy | null | undefined;
  /** 0 to 2; null for the model's default. */
  temperature?: number | null | undefined;
  /** Names of the tools that the model may call, out of those that the query "callableTools" lists; a model with the capability TOOLS then writes the reply. Empty for none; null for all, where the model supports tools. */
  tools?: Array<string> | null | undefined;
};

/** The state of a tool call. */
export type ToolCallStatus =
  /** The tool is called once the user allows it, with decideToolCall. */
  | 'AWAITING_APPROVAL'
  /** The tool has responded. */
  | 'COMPLETED'
  /** The tool could not be called or did not respond properly; the result says why. */
  | 'FAILED'
  /** The tool has been called and has not responded yet. */
  | 'RUNNING';

/** Whether a tool was allowed to be called. */
export type ToolDecision =
  /** The user allowed it. */
  | 'APPROVED'
  /** The user did not allow it. */
  | 'DENIED'
  /** Nobody decided in time, which denied it. */
  | 'EXPIRED';

/** The state of an export or import. */
export type TransferStatus =
  /** The file of the export was deleted: its time is over, or a conversation in it was deleted. */
  | 'EXPIRED'
  /** It came to nothing: failure says why. */
  | 'FAILED'
  /** Waits for its turn. */
  | 'QUEUED'
  /** Done. An export can be downloaded. */
  | 'READY'
  /** Is being made. If its process dies, another one begins again. */
  | 'RUNNING';

/** Settings to change. An absent field stays as it is; null clears it. */
export type UpdateConversationInput = {
  /** Whether to leave it out of the list. */
  archived?: boolean | null | undefined;
  /** US dollars that the conversation may cost altogether, from 0; null for no budget. A message that could exceed it is refused with QUOTA_EXCEEDED. */
  budgetUsd?: string | null | undefined;
  /** Ids of the collections of documents that replies may draw on: at most 20; null for none. */
  collectionIds?: Array<string> | null | undefined;
  /** Name of a routing policy, or a model's id; null for the tenant's default. */
  modelPolicy?: string | null | undefined;
  /** Whether to show it at the top of the list. */
  pinned?: boolean | null | undefined;
  /** Instructions at the beginning of every prompt of this conversation. Screened like a message: CONTENT_BLOCKED. */
  systemPrompt?: string | null | undefined;
  /** At most 200 characters; null: generated after the next completed reply. */
  title?: string | null | undefined;
};

export type ApiKeyStateFragment = { id: string, name: string, prefix: string, roles: Array<Role>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null };

export type ApiKeysQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  userId?: string | null | undefined;
}>;


export type ApiKeysQuery = { apiKeys: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, prefix: string, roles: Array<Role>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } }> } };

export type CreateCollectionMutationVariables = Exact<{
  name: string;
  description?: string | null | undefined;
  access: CollectionAccess;
  readerIds: Array<string> | string;
}>;


export type CreateCollectionMutation = { createCollection: { id: string } };

export type UpdateCollectionMutationVariables = Exact<{
  id: string;
  name: string;
  description?: string | null | undefined;
  access: CollectionAccess;
  readerIds?: Array<string> | string | null | undefined;
}>;


export type UpdateCollectionMutation = { updateCollection: { id: string } };

export type DeleteCollectionMutationVariables = Exact<{
  id: string;
}>;


export type DeleteCollectionMutation = { deleteCollection: string };

export type AddDocumentsMutationVariables = Exact<{
  collectionId: string;
  fileIds: Array<string> | string;
}>;


export type AddDocumentsMutation = { addDocuments: { id: string } };

export type RemoveDocumentMutationVariables = Exact<{
  collectionId: string;
  fileId: string;
}>;


export type RemoveDocumentMutation = { removeDocument: { id: string } };

export type CitationFragment = { index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } };

export type CollectionIndexQueryVariables = Exact<{
  id: string;
}>;


export type CollectionIndexQuery = { embeddingModels: Array<string>, collection: { id: string, documentCount: number, embeddingModel: string, embeddingDimensions: number | null, nextEmbeddingModel: string | null, nextEmbeddedCount: number | null } | null };

export type ReindexCollectionMutationVariables = Exact<{
  id: string;
  embeddingModel?: string | null | undefined;
}>;


export type ReindexCollectionMutation = { reindexCollection: { id: string } };

export type CollectionStateFragment = { id: string, name: string, description: string | null, access: CollectionAccess, documentCount: number, createdAt: string, owner: { id: string, email: string | null } };

export type DocumentStateFragment = { status: DocumentStatus, failure: string | null, chunkCount: number, addedAt: string, file: { id: string, name: string, byteSize: number, pageCount: number | null, failure: { code: FileFailureCode, message: string } | null, owner: { id: string } | null } };

export type CollectionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type CollectionsQuery = { collections: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, description: string | null, access: CollectionAccess, documentCount: number, createdAt: string, owner: { id: string, email: string | null } } }> } };

export type CollectionQueryVariables = Exact<{
  id: string;
}>;


export type CollectionQuery = { collection: { id: string, name: string, description: string | null, access: CollectionAccess, documentCount: number, createdAt: string, readers: Array<{ id: string, email: string | null }>, owner: { id: string, email: string | null } } | null };

export type DocumentsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type DocumentsQuery = { collection: { id: string, documents: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { status: DocumentStatus, failure: string | null, chunkCount: number, addedAt: string, file: { id: string, name: string, byteSize: number, pageCount: number | null, failure: { code: FileFailureCode, message: string } | null, owner: { id: string } | null } } }> } } | null };

export type CollectionChangedSubscriptionVariables = Exact<{
  id: string;
}>;


export type CollectionChangedSubscription = { collectionChanged: { id: string } };

export type CompleteFileMutationVariables = Exact<{
  id: string;
}>;


export type CompleteFileMutation = { completeFile: { id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null } };

export type ConversationChangeFragment = { kind: ConversationChangeKind, conversationId: string, conversation: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } | null, message: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } | null };

export type ConversationChangedSubscriptionVariables = Exact<{
  conversationId: string;
}>;


export type ConversationChangedSubscription = { conversationChanged: { kind: ConversationChangeKind, conversationId: string, conversation: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } | null, message: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } | null } };

export type ConversationCollectionsQueryVariables = Exact<{
  id: string;
}>;


export type ConversationCollectionsQuery = { conversation: { id: string, collections: Array<{ id: string, name: string }> } | null };

export type ConversationItemFragment = { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null };

export type ConversationSettingsFragment = { systemPrompt: string | null, budgetUsd: string | null, collectionIds: Array<string>, id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, summary: { text: string, messageCount: number, lastMessage: { id: string } | null } | null, head: { id: string, status: MessageStatus } | null };

export type ConversationVersionQueryVariables = Exact<{
  id: string;
}>;


export type ConversationVersionQuery = { conversation: { id: string, updatedAt: string } | null };

export type ConversationQueryVariables = Exact<{
  id: string;
}>;


export type ConversationQuery = { conversation: { systemPrompt: string | null, budgetUsd: string | null, collectionIds: Array<string>, id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, summary: { text: string, messageCount: number, lastMessage: { id: string } | null } | null, head: { id: string, status: MessageStatus } | null } | null };

export type ConversationsChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ConversationsChangedSubscription = { conversationsChanged: { kind: ConversationChangeKind, conversationId: string, conversation: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } | null, message: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } | null } };

export type ConversationsQueryVariables = Exact<{
  filter?: ConversationFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type ConversationsQuery = { conversations: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } }> } };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { secret: string, apiKey: { id: string, name: string, prefix: string, roles: Array<Role>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } } };

export type CreateConversationMutationVariables = Exact<{
  input: CreateConversationInput;
}>;


export type CreateConversationMutation = { createConversation: { systemPrompt: string | null, budgetUsd: string | null, collectionIds: Array<string>, id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, summary: { text: string, messageCount: number, lastMessage: { id: string } | null } | null, head: { id: string, status: MessageStatus } | null } };

export type DecideToolCallMutationVariables = Exact<{
  messageId: string;
  toolCallId: string;
  approve: boolean;
}>;


export type DecideToolCallMutation = { decideToolCall: { id: string, status: MessageStatus } };

export type DeleteConversationMutationVariables = Exact<{
  id: string;
}>;


export type DeleteConversationMutation = { deleteConversation: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } };

export type DeleteFileMutationVariables = Exact<{
  id: string;
}>;


export type DeleteFileMutation = { deleteFile: string };

export type EditMessageMutationVariables = Exact<{
  input: EditMessageInput;
}>;


export type EditMessageMutation = { editMessage: { replayed: boolean, userMessage: { id: string, role: MessageRole, content: string, status: MessageStatus, createdAt: string }, assistantMessage: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } } };

export type EndSessionMutationVariables = Exact<{
  id: string;
}>;


export type EndSessionMutation = { endSession: { id: string, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string, address: string, current: boolean } };

export type ExplainRouteQueryVariables = Exact<{
  input: ExplainRouteInput;
}>;


export type ExplainRouteQuery = { explainRoute: { plan: PlanTier, policy: { name: string } | null, candidates: Array<{ reason: string, verdict: RouteVerdict, model: { id: string, displayName: string } }> } };

export type ExportStateFragment = { id: string, format: ExportFormat | null, status: TransferStatus, progress: number, fileName: string | null, byteSize: number | null, downloadUrl: string | null, createdAt: string, expiresAt: string | null, failure: { code: ErrorCode, message: string, retryable: boolean } | null };

export type ExportConversationMutationVariables = Exact<{
  id: string;
  format: ExportFormat;
  language?: string | null | undefined;
}>;


export type ExportConversationMutation = { exportConversation: { id: string, format: ExportFormat | null, status: TransferStatus, progress: number, fileName: string | null, byteSize: number | null, downloadUrl: string | null, createdAt: string, expiresAt: string | null, failure: { code: ErrorCode, message: string, retryable: boolean } | null } };

export type ExportMyDataMutationVariables = Exact<{
  language?: string | null | undefined;
}>;


export type ExportMyDataMutation = { exportMyData: { id: string, format: ExportFormat | null, status: TransferStatus, progress: number, fileName: string | null, byteSize: number | null, downloadUrl: string | null, createdAt: string, expiresAt: string | null, failure: { code: ErrorCode, message: string, retryable: boolean } | null } };

export type ExportChangedSubscriptionVariables = Exact<{
  id: string;
}>;


export type ExportChangedSubscription = { exportChanged: { id: string, format: ExportFormat | null, status: TransferStatus, progress: number, fileName: string | null, byteSize: number | null, downloadUrl: string | null, createdAt: string, expiresAt: string | null, failure: { code: ErrorCode, message: string, retryable: boolean } | null } };

export type ExportsQueryVariables = Exact<{
  last: number;
}>;


export type ExportsQuery = { exports: { edges: Array<{ node: { id: string, format: ExportFormat | null, status: TransferStatus, progress: number, fileName: string | null, byteSize: number | null, downloadUrl: string | null, createdAt: string, expiresAt: string | null, conversation: { id: string } | null, failure: { code: ErrorCode, message: string, retryable: boolean } | null } }> } };

export type FileChangedSubscriptionVariables = Exact<{
  id: string;
}>;


export type FileChangedSubscription = { fileChanged: { id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null } };

export type FileStateFragment = { id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null };

export type CreateFileMutationVariables = Exact<{
  name: string;
  mediaType: string;
  byteSize: number;
  sha256: string;
  purpose?: FilePurpose | null | undefined;
}>;


export type CreateFileMutation = { createFile: { url: string, expiresAt: string, partSize: number | null, receivedParts: Array<number>, file: { id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null }, headers: Array<{ name: string, value: string }> } };

export type SignFilePartsMutationVariables = Exact<{
  id: string;
  parts: Array<FilePartInput> | FilePartInput;
}>;


export type SignFilePartsMutation = { signFileParts: Array<{ number: number, url: string, headers: Array<{ name: string, value: string }> }> };

export type FileQueryVariables = Exact<{
  id: string;
}>;


export type FileQuery = { file: { id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null } | null };

export type ImportStateFragment = { id: string, status: TransferStatus, source: ImportSource | null, fileName: string | null, readCount: number, conversationCount: number, messageCount: number, leftOut: Array<{ reason: ImportLeftOutReason, count: number, example: string | null }>, failure: { code: ErrorCode, message: string, retryable: boolean } | null };

export type ImportConversationsMutationVariables = Exact<{
  fileId: string;
}>;


export type ImportConversationsMutation = { importConversations: { id: string, status: TransferStatus, source: ImportSource | null, fileName: string | null, readCount: number, conversationCount: number, messageCount: number, leftOut: Array<{ reason: ImportLeftOutReason, count: number, example: string | null }>, failure: { code: ErrorCode, message: string, retryable: boolean } | null } };

export type ImportChangedSubscriptionVariables = Exact<{
  id: string;
}>;


export type ImportChangedSubscription = { importChanged: { id: string, status: TransferStatus, source: ImportSource | null, fileName: string | null, readCount: number, conversationCount: number, messageCount: number, leftOut: Array<{ reason: ImportLeftOutReason, count: number, example: string | null }>, failure: { code: ErrorCode, message: string, retryable: boolean } | null } };

export type MarkConversationReadMutationVariables = Exact<{
  id: string;
}>;


export type MarkConversationReadMutation = { markConversationRead: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } };

export type MessageRoutingQueryVariables = Exact<{
  messageId: string;
}>;


export type MessageRoutingQuery = { message: { routing: { policy: string | null, complexity: Complexity, basis: RoutingBasis, overflowed: boolean, language: string | null, reason: string, model: { id: string, displayName: string } } | null } | null };

export type MessageStateQueryVariables = Exact<{
  messageId: string;
}>;


export type MessageStateQuery = { message: { id: string, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, content: string, reasoning: string | null, lastSeq: number, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, model: { id: string } | null, error: { code: ErrorCode, message: string, retryable: boolean } | null } | null };

export type MessageStreamSubscriptionVariables = Exact<{
  messageId: string;
  afterSeq: number;
}>;


export type MessageStreamSubscription = { messageStream:
    | { __typename: 'MessageCompleted', seq: number, message: { status: MessageStatus, finishReason: FinishReason | null, content: string, reuse: Reuse | null } }
    | { __typename: 'MessageFailed', seq: number, failure: { code: ErrorCode, message: string, retryable: boolean } }
    | { __typename: 'MessageReset', reason: ResetReason, seq: number }
    | { __typename: 'MessageStarted', attempt: number, seq: number, model: { id: string } | null }
    | { __typename: 'ReasoningDelta', text: string, seq: number }
    | { __typename: 'SourcesFound', failed: boolean, seq: number, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }> }
    | { __typename: 'TokenDelta', text: string, seq: number }
    | { __typename: 'ToolCallApproved', seq: number, toolCall: { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null } }
    | { __typename: 'ToolCallAwaitingApproval', seq: number, toolCall: { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null } }
    | { __typename: 'ToolCallCompleted', seq: number, toolCall: { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null } }
    | { __typename: 'ToolCallStarted', seq: number, toolCall: { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null } }
   };

export type UsageOfMessageFragment = { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string };

export type MessageUsageQueryVariables = Exact<{
  messageId: string;
}>;


export type MessageUsageQuery = { message: { usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null } | null };

export type ModelsQueryVariables = Exact<{
  onlyUsable: boolean;
}>;


export type ModelsQuery = { models: Array<{ id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, price: { input: string, cachedInput: string, output: string }, health: { state: CircuitState } }> };

export type OwnFileFragment = { createdAt: string | null, id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null };

export type OwnFilesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: FileFilter | null | undefined;
}>;


export type OwnFilesQuery = { files: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { createdAt: string | null, id: string, name: string, mediaType: string, byteSize: number, kind: FileKind, status: FileStatus, pageCount: number | null, textLength: number | null, previewUrl: string | null, failure: { code: FileFailureCode, message: string } | null } }> } };

export type OwnStorageQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnStorageQuery = { fileStorage: { bytes: number, files: number, maxBytes: number } };

export type FileDownloadQueryVariables = Exact<{
  id: string;
}>;


export type FileDownloadQuery = { file: { id: string, downloadUrl: string | null } | null };

export type WindowOfQuotaFragment = { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string };

export type QuotaStateFragment = { minute: { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string }, day: { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string } };

export type QuotaQueryVariables = Exact<{ [key: string]: never; }>;


export type QuotaQuery = { quota: { minute: { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string }, day: { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string } } };

export type QuotaChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type QuotaChangedSubscription = { quotaChanged: { minute: { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string }, day: { limitTokens: number, usedTokens: number, remainingTokens: number, resetsAt: string } } };

export type RegenerateMessageMutationVariables = Exact<{
  input: RegenerateMessageInput;
}>;


export type RegenerateMessageMutation = { regenerateMessage: { replayed: boolean, userMessage: { id: string, role: MessageRole, content: string, status: MessageStatus, createdAt: string }, assistantMessage: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } } };

export type RestoreConversationMutationVariables = Exact<{
  id: string;
}>;


export type RestoreConversationMutation = { restoreConversation: { id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, head: { id: string, status: MessageStatus } | null } };

export type RevokeApiKeyMutationVariables = Exact<{
  id: string;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { id: string, name: string, prefix: string, roles: Array<Role>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } };

export type RoutingPoliciesQueryVariables = Exact<{ [key: string]: never; }>;


export type RoutingPoliciesQuery = { routingPolicies: Array<{ name: string, description: string | null, isDefault: boolean, strategy: RoutingStrategy, requires: Array<ModelCapability> }> };

export type SearchMessagesQueryVariables = Exact<{
  query: string;
  first: number;
  after?: string | null | undefined;
}>;


export type SearchMessagesQuery = { searchMessages: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { snippet: string, message: { id: string, role: MessageRole, createdAt: string, conversation: { id: string, title: string | null, archived: boolean } } } }> } };

export type SelectBranchMutationVariables = Exact<{
  messageId: string;
  last: number;
}>;


export type SelectBranchMutation = { selectBranch: { id: string, updatedAt: string, messages: { pageInfo: { hasPreviousPage: boolean, startCursor: string | null }, edges: Array<{ node: { id: string, role: MessageRole, content: string, reasoning: string | null, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, responseFormat: ResponseFormatType, lastSeq: number, createdAt: string, completedAt: string | null, attachmentIds: Array<string>, parent: { id: string } | null, siblings: Array<{ id: string }>, model: { id: string } | null, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, error: { code: ErrorCode, message: string, retryable: boolean } | null, usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null, moderation: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } | null } }> } } };

export type StartedTurnFragment = { replayed: boolean, userMessage: { id: string, role: MessageRole, content: string, status: MessageStatus, createdAt: string }, assistantMessage: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { replayed: boolean, userMessage: { id: string, role: MessageRole, content: string, status: MessageStatus, createdAt: string }, assistantMessage: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } } };

export type SessionStateFragment = { id: string, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string, address: string, current: boolean };

export type SessionsQueryVariables = Exact<{
  userId?: string | null | undefined;
}>;


export type SessionsQuery = { sessions: Array<{ id: string, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string, address: string, current: boolean }> };

export type ShareStateFragment = { id: string, messageCount: number, createdAt: string, expiresAt: string | null, withFiles: boolean, revokedAt: string | null };

export type ShareQueryVariables = Exact<{
  id: string;
}>;


export type ShareQuery = { sharingAllowed: boolean, conversation: { id: string, share: { id: string, messageCount: number, createdAt: string, expiresAt: string | null, withFiles: boolean, revokedAt: string | null } | null } | null };

export type ShareConversationMutationVariables = Exact<{
  id: string;
  expiresAt?: string | null | undefined;
  withFiles?: boolean | null | undefined;
}>;


export type ShareConversationMutation = { shareConversation: { token: string | null, id: string, messageCount: number, createdAt: string, expiresAt: string | null, withFiles: boolean, revokedAt: string | null } };

export type RevokeShareMutationVariables = Exact<{
  id: string;
}>;


export type RevokeShareMutation = { revokeShare: { id: string, messageCount: number, createdAt: string, expiresAt: string | null, withFiles: boolean, revokedAt: string | null } };

export type StopGenerationMutationVariables = Exact<{
  messageId: string;
}>;


export type StopGenerationMutation = { stopGeneration: { id: string, status: MessageStatus } };

export type TimelineMessageFragment = { id: string, role: MessageRole, content: string, reasoning: string | null, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, responseFormat: ResponseFormatType, lastSeq: number, createdAt: string, completedAt: string | null, attachmentIds: Array<string>, parent: { id: string } | null, siblings: Array<{ id: string }>, model: { id: string } | null, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, error: { code: ErrorCode, message: string, retryable: boolean } | null, usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null, moderation: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } | null };

export type TimelinePageFragment = { pageInfo: { hasPreviousPage: boolean, startCursor: string | null }, edges: Array<{ node: { id: string, role: MessageRole, content: string, reasoning: string | null, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, responseFormat: ResponseFormatType, lastSeq: number, createdAt: string, completedAt: string | null, attachmentIds: Array<string>, parent: { id: string } | null, siblings: Array<{ id: string }>, model: { id: string } | null, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, error: { code: ErrorCode, message: string, retryable: boolean } | null, usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null, moderation: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } | null } }> };

export type TimelineQueryVariables = Exact<{
  id: string;
  last: number;
  before?: string | null | undefined;
}>;


export type TimelineQuery = { conversation: { id: string, updatedAt: string, messages: { pageInfo: { hasPreviousPage: boolean, startCursor: string | null }, edges: Array<{ node: { id: string, role: MessageRole, content: string, reasoning: string | null, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, responseFormat: ResponseFormatType, lastSeq: number, createdAt: string, completedAt: string | null, attachmentIds: Array<string>, parent: { id: string } | null, siblings: Array<{ id: string }>, model: { id: string } | null, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, error: { code: ErrorCode, message: string, retryable: boolean } | null, usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null, moderation: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } | null } }> } } | null };

export type ToolCallFragment = { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null };

export type TurnOfReplyQueryVariables = Exact<{
  messageId: string;
}>;


export type TurnOfReplyQuery = { message: { id: string, role: MessageRole, content: string, reasoning: string | null, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, responseFormat: ResponseFormatType, lastSeq: number, createdAt: string, completedAt: string | null, attachmentIds: Array<string>, parent: { id: string, role: MessageRole, content: string, reasoning: string | null, status: MessageStatus, finishReason: FinishReason | null, reuse: Reuse | null, responseFormat: ResponseFormatType, lastSeq: number, createdAt: string, completedAt: string | null, attachmentIds: Array<string>, parent: { id: string } | null, siblings: Array<{ id: string }>, model: { id: string } | null, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, error: { code: ErrorCode, message: string, retryable: boolean } | null, usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null, moderation: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } | null } | null, siblings: Array<{ id: string }>, model: { id: string } | null, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null, mcpServer: string | null, decision: ToolDecision | null }>, citations: Array<{ index: number, fileName: string, page: number | null, heading: string, quote: string, score: number, file: { id: string } }>, error: { code: ErrorCode, message: string, retryable: boolean } | null, usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null, moderation: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } | null } | null };

export type UpdateConversationMutationVariables = Exact<{
  id: string;
  input: UpdateConversationInput;
}>;


export type UpdateConversationMutation = { updateConversation: { systemPrompt: string | null, budgetUsd: string | null, collectionIds: Array<string>, id: string, title: string | null, pinned: boolean, archived: boolean, unread: boolean, modelPolicy: string | null, createdAt: string, updatedAt: string, deletedAt: string | null, summary: { text: string, messageCount: number, lastMessage: { id: string } | null } | null, head: { id: string, status: MessageStatus } | null } };

export type UserByEmailQueryVariables = Exact<{
  email: string;
}>;


export type UserByEmailQuery = { userByEmail: { id: string, email: string | null } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { id: string, email: string | null, role: Role }, tenant: { id: string, name: string, plan: PlanTier } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ApiKeyStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ApiKeyState on ApiKey {
  id
  name
  prefix
  roles
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}
    `, {"fragmentName":"ApiKeyState"}) as unknown as TypedDocumentString<ApiKeyStateFragment, unknown>;
export const CollectionStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment CollectionState on Collection {
  id
  name
  description
  access
  documentCount
  createdAt
  owner {
    id
    email
  }
}
    `, {"fragmentName":"CollectionState"}) as unknown as TypedDocumentString<CollectionStateFragment, unknown>;
export const DocumentStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment DocumentState on Document {
  status
  failure
  chunkCount
  addedAt
  file {
    id
    name
    byteSize
    pageCount
    failure {
      code
      message
    }
    owner {
      id
    }
  }
}
    `, {"fragmentName":"DocumentState"}) as unknown as TypedDocumentString<DocumentStateFragment, unknown>;
export const ConversationItemFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}
    `, {"fragmentName":"ConversationItem"}) as unknown as TypedDocumentString<ConversationItemFragment, unknown>;
export const ConversationChangeFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ConversationChange on ConversationChange {
  kind
  conversationId
  conversation {
    ...ConversationItem
  }
  message {
    id
    role
    status
    lastSeq
    createdAt
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`, {"fragmentName":"ConversationChange"}) as unknown as TypedDocumentString<ConversationChangeFragment, unknown>;
export const ConversationSettingsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ConversationSettings on Conversation {
  ...ConversationItem
  systemPrompt
  budgetUsd
  collectionIds
  summary {
    text
    messageCount
    lastMessage {
      id
    }
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`, {"fragmentName":"ConversationSettings"}) as unknown as TypedDocumentString<ConversationSettingsFragment, unknown>;
export const ExportStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ExportState on Export {
  id
  format
  status
  progress
  failure {
    code
    message
    retryable
  }
  fileName
  byteSize
  downloadUrl
  createdAt
  expiresAt
}
    `, {"fragmentName":"ExportState"}) as unknown as TypedDocumentString<ExportStateFragment, unknown>;
export const ImportStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ImportState on Import {
  id
  status
  source
  fileName
  readCount
  conversationCount
  messageCount
  leftOut {
    reason
    count
    example
  }
  failure {
    code
    message
    retryable
  }
}
    `, {"fragmentName":"ImportState"}) as unknown as TypedDocumentString<ImportStateFragment, unknown>;
export const FileStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}
    `, {"fragmentName":"FileState"}) as unknown as TypedDocumentString<FileStateFragment, unknown>;
export const OwnFileFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment OwnFile on File {
  ...FileState
  createdAt
}
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}`, {"fragmentName":"OwnFile"}) as unknown as TypedDocumentString<OwnFileFragment, unknown>;
export const WindowOfQuotaFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment WindowOfQuota on QuotaWindow {
  limitTokens
  usedTokens
  remainingTokens
  resetsAt
}
    `, {"fragmentName":"WindowOfQuota"}) as unknown as TypedDocumentString<WindowOfQuotaFragment, unknown>;
export const QuotaStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment QuotaState on Quota {
  minute {
    ...WindowOfQuota
  }
  day {
    ...WindowOfQuota
  }
}
    fragment WindowOfQuota on QuotaWindow {
  limitTokens
  usedTokens
  remainingTokens
  resetsAt
}`, {"fragmentName":"QuotaState"}) as unknown as TypedDocumentString<QuotaStateFragment, unknown>;
export const StartedTurnFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment StartedTurn on SendMessagePayload {
  userMessage {
    id
    role
    content
    status
    createdAt
  }
  assistantMessage {
    id
    role
    status
    lastSeq
    createdAt
  }
  replayed
}
    `, {"fragmentName":"StartedTurn"}) as unknown as TypedDocumentString<StartedTurnFragment, unknown>;
export const SessionStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment SessionState on Session {
  id
  createdAt
  lastUsedAt
  expiresAt
  userAgent
  address
  current
}
    `, {"fragmentName":"SessionState"}) as unknown as TypedDocumentString<SessionStateFragment, unknown>;
export const ShareStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ShareState on Share {
  id
  messageCount
  createdAt
  expiresAt
  withFiles
  revokedAt
}
    `, {"fragmentName":"ShareState"}) as unknown as TypedDocumentString<ShareStateFragment, unknown>;
export const ToolCallFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}
    `, {"fragmentName":"ToolCall"}) as unknown as TypedDocumentString<ToolCallFragment, unknown>;
export const CitationFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
    `, {"fragmentName":"Citation"}) as unknown as TypedDocumentString<CitationFragment, unknown>;
export const UsageOfMessageFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
    `, {"fragmentName":"UsageOfMessage"}) as unknown as TypedDocumentString<UsageOfMessageFragment, unknown>;
export const TimelineMessageFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment TimelineMessage on Message {
  id
  role
  content
  reasoning
  status
  finishReason
  reuse
  responseFormat
  lastSeq
  createdAt
  completedAt
  parent {
    id
  }
  siblings {
    id
  }
  model {
    id
  }
  attachmentIds
  toolCalls {
    ...ToolCall
  }
  citations {
    ...Citation
  }
  error {
    code
    message
    retryable
  }
  usage {
    ...UsageOfMessage
  }
  moderation {
    action
    stage
    categories {
      category
      score
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`, {"fragmentName":"TimelineMessage"}) as unknown as TypedDocumentString<TimelineMessageFragment, unknown>;
export const TimelinePageFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment TimelinePage on MessageConnection {
  pageInfo {
    hasPreviousPage
    startCursor
  }
  edges {
    node {
      ...TimelineMessage
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
fragment TimelineMessage on Message {
  id
  role
  content
  reasoning
  status
  finishReason
  reuse
  responseFormat
  lastSeq
  createdAt
  completedAt
  parent {
    id
  }
  siblings {
    id
  }
  model {
    id
  }
  attachmentIds
  toolCalls {
    ...ToolCall
  }
  citations {
    ...Citation
  }
  error {
    code
    message
    retryable
  }
  usage {
    ...UsageOfMessage
  }
  moderation {
    action
    stage
    categories {
      category
      score
    }
  }
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`, {"fragmentName":"TimelinePage"}) as unknown as TypedDocumentString<TimelinePageFragment, unknown>;
export const ApiKeysDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ApiKeys($first: Int!, $after: String, $userId: ID) {
  apiKeys(first: $first, after: $after, userId: $userId) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...ApiKeyState
      }
    }
  }
}
    fragment ApiKeyState on ApiKey {
  id
  name
  prefix
  roles
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`) as unknown as TypedDocumentString<ApiKeysQuery, ApiKeysQueryVariables>;
export const CreateCollectionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateCollection($name: String!, $description: String, $access: CollectionAccess!, $readerIds: [ID!]!) {
  createCollection(
    name: $name
    description: $description
    access: $access
    readerIds: $readerIds
  ) {
    id
  }
}
    `) as unknown as TypedDocumentString<CreateCollectionMutation, CreateCollectionMutationVariables>;
export const UpdateCollectionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpdateCollection($id: ID!, $name: String!, $description: String, $access: CollectionAccess!, $readerIds: [ID!]) {
  updateCollection(
    id: $id
    name: $name
    description: $description
    access: $access
    readerIds: $readerIds
  ) {
    id
  }
}
    `) as unknown as TypedDocumentString<UpdateCollectionMutation, UpdateCollectionMutationVariables>;
export const DeleteCollectionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteCollection($id: ID!) {
  deleteCollection(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteCollectionMutation, DeleteCollectionMutationVariables>;
export const AddDocumentsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation AddDocuments($collectionId: ID!, $fileIds: [ID!]!) {
  addDocuments(collectionId: $collectionId, fileIds: $fileIds) {
    id
  }
}
    `) as unknown as TypedDocumentString<AddDocumentsMutation, AddDocumentsMutationVariables>;
export const RemoveDocumentDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RemoveDocument($collectionId: ID!, $fileId: ID!) {
  removeDocument(collectionId: $collectionId, fileId: $fileId) {
    id
  }
}
    `) as unknown as TypedDocumentString<RemoveDocumentMutation, RemoveDocumentMutationVariables>;
export const CollectionIndexDocument = /*#__PURE__*/ new TypedDocumentString(`
    query CollectionIndex($id: ID!) {
  embeddingModels
  collection(id: $id) {
    id
    documentCount
    embeddingModel
    embeddingDimensions
    nextEmbeddingModel
    nextEmbeddedCount
  }
}
    `) as unknown as TypedDocumentString<CollectionIndexQuery, CollectionIndexQueryVariables>;
export const ReindexCollectionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ReindexCollection($id: ID!, $embeddingModel: String) {
  reindexCollection(id: $id, embeddingModel: $embeddingModel) {
    id
  }
}
    `) as unknown as TypedDocumentString<ReindexCollectionMutation, ReindexCollectionMutationVariables>;
export const CollectionsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Collections($first: Int!, $after: String) {
  collections(first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...CollectionState
      }
    }
  }
}
    fragment CollectionState on Collection {
  id
  name
  description
  access
  documentCount
  createdAt
  owner {
    id
    email
  }
}`) as unknown as TypedDocumentString<CollectionsQuery, CollectionsQueryVariables>;
export const CollectionDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Collection($id: ID!) {
  collection(id: $id) {
    ...CollectionState
    readers {
      id
      email
    }
  }
}
    fragment CollectionState on Collection {
  id
  name
  description
  access
  documentCount
  createdAt
  owner {
    id
    email
  }
}`) as unknown as TypedDocumentString<CollectionQuery, CollectionQueryVariables>;
export const DocumentsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Documents($id: ID!, $first: Int!, $after: String) {
  collection(id: $id) {
    id
    documents(first: $first, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...DocumentState
        }
      }
    }
  }
}
    fragment DocumentState on Document {
  status
  failure
  chunkCount
  addedAt
  file {
    id
    name
    byteSize
    pageCount
    failure {
      code
      message
    }
    owner {
      id
    }
  }
}`) as unknown as TypedDocumentString<DocumentsQuery, DocumentsQueryVariables>;
export const CollectionChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription CollectionChanged($id: ID!) {
  collectionChanged(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<CollectionChangedSubscription, CollectionChangedSubscriptionVariables>;
export const CompleteFileDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CompleteFile($id: ID!) {
  completeFile(id: $id) {
    ...FileState
  }
}
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}`) as unknown as TypedDocumentString<CompleteFileMutation, CompleteFileMutationVariables>;
export const ConversationChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ConversationChanged($conversationId: ID!) {
  conversationChanged(conversationId: $conversationId) {
    ...ConversationChange
  }
}
    fragment ConversationChange on ConversationChange {
  kind
  conversationId
  conversation {
    ...ConversationItem
  }
  message {
    id
    role
    status
    lastSeq
    createdAt
  }
}
fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`) as unknown as TypedDocumentString<ConversationChangedSubscription, ConversationChangedSubscriptionVariables>;
export const ConversationCollectionsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ConversationCollections($id: ID!) {
  conversation(id: $id) {
    id
    collections {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<ConversationCollectionsQuery, ConversationCollectionsQueryVariables>;
export const ConversationVersionDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ConversationVersion($id: ID!) {
  conversation(id: $id) {
    id
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<ConversationVersionQuery, ConversationVersionQueryVariables>;
export const ConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Conversation($id: ID!) {
  conversation(id: $id) {
    ...ConversationSettings
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}
fragment ConversationSettings on Conversation {
  ...ConversationItem
  systemPrompt
  budgetUsd
  collectionIds
  summary {
    text
    messageCount
    lastMessage {
      id
    }
  }
}`) as unknown as TypedDocumentString<ConversationQuery, ConversationQueryVariables>;
export const ConversationsChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ConversationsChanged {
  conversationsChanged {
    ...ConversationChange
  }
}
    fragment ConversationChange on ConversationChange {
  kind
  conversationId
  conversation {
    ...ConversationItem
  }
  message {
    id
    role
    status
    lastSeq
    createdAt
  }
}
fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`) as unknown as TypedDocumentString<ConversationsChangedSubscription, ConversationsChangedSubscriptionVariables>;
export const ConversationsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Conversations($filter: ConversationFilter, $first: Int!, $after: String) {
  conversations(filter: $filter, first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...ConversationItem
      }
    }
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`) as unknown as TypedDocumentString<ConversationsQuery, ConversationsQueryVariables>;
export const CreateApiKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    secret
    apiKey {
      ...ApiKeyState
    }
  }
}
    fragment ApiKeyState on ApiKey {
  id
  name
  prefix
  roles
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const CreateConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateConversation($input: CreateConversationInput!) {
  createConversation(input: $input) {
    ...ConversationSettings
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}
fragment ConversationSettings on Conversation {
  ...ConversationItem
  systemPrompt
  budgetUsd
  collectionIds
  summary {
    text
    messageCount
    lastMessage {
      id
    }
  }
}`) as unknown as TypedDocumentString<CreateConversationMutation, CreateConversationMutationVariables>;
export const DecideToolCallDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DecideToolCall($messageId: ID!, $toolCallId: ID!, $approve: Boolean!) {
  decideToolCall(
    messageId: $messageId
    toolCallId: $toolCallId
    approve: $approve
  ) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<DecideToolCallMutation, DecideToolCallMutationVariables>;
export const DeleteConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteConversation($id: ID!) {
  deleteConversation(id: $id) {
    ...ConversationItem
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`) as unknown as TypedDocumentString<DeleteConversationMutation, DeleteConversationMutationVariables>;
export const DeleteFileDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteFile($id: ID!) {
  deleteFile(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteFileMutation, DeleteFileMutationVariables>;
export const EditMessageDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation EditMessage($input: EditMessageInput!) {
  editMessage(input: $input) {
    ...StartedTurn
  }
}
    fragment StartedTurn on SendMessagePayload {
  userMessage {
    id
    role
    content
    status
    createdAt
  }
  assistantMessage {
    id
    role
    status
    lastSeq
    createdAt
  }
  replayed
}`) as unknown as TypedDocumentString<EditMessageMutation, EditMessageMutationVariables>;
export const EndSessionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation EndSession($id: ID!) {
  endSession(id: $id) {
    ...SessionState
  }
}
    fragment SessionState on Session {
  id
  createdAt
  lastUsedAt
  expiresAt
  userAgent
  address
  current
}`) as unknown as TypedDocumentString<EndSessionMutation, EndSessionMutationVariables>;
export const ExplainRouteDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ExplainRoute($input: ExplainRouteInput!) {
  explainRoute(input: $input) {
    plan
    policy {
      name
    }
    candidates {
      reason
      verdict
      model {
        id
        displayName
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ExplainRouteQuery, ExplainRouteQueryVariables>;
export const ExportConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ExportConversation($id: ID!, $format: ExportFormat!, $language: String) {
  exportConversation(id: $id, format: $format, language: $language) {
    ...ExportState
  }
}
    fragment ExportState on Export {
  id
  format
  status
  progress
  failure {
    code
    message
    retryable
  }
  fileName
  byteSize
  downloadUrl
  createdAt
  expiresAt
}`) as unknown as TypedDocumentString<ExportConversationMutation, ExportConversationMutationVariables>;
export const ExportMyDataDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ExportMyData($language: String) {
  exportMyData(language: $language) {
    ...ExportState
  }
}
    fragment ExportState on Export {
  id
  format
  status
  progress
  failure {
    code
    message
    retryable
  }
  fileName
  byteSize
  downloadUrl
  createdAt
  expiresAt
}`) as unknown as TypedDocumentString<ExportMyDataMutation, ExportMyDataMutationVariables>;
export const ExportChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ExportChanged($id: ID!) {
  exportChanged(id: $id) {
    ...ExportState
  }
}
    fragment ExportState on Export {
  id
  format
  status
  progress
  failure {
    code
    message
    retryable
  }
  fileName
  byteSize
  downloadUrl
  createdAt
  expiresAt
}`) as unknown as TypedDocumentString<ExportChangedSubscription, ExportChangedSubscriptionVariables>;
export const ExportsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Exports($last: Int!) {
  exports(last: $last) {
    edges {
      node {
        ...ExportState
        conversation {
          id
        }
      }
    }
  }
}
    fragment ExportState on Export {
  id
  format
  status
  progress
  failure {
    code
    message
    retryable
  }
  fileName
  byteSize
  downloadUrl
  createdAt
  expiresAt
}`) as unknown as TypedDocumentString<ExportsQuery, ExportsQueryVariables>;
export const FileChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription FileChanged($id: ID!) {
  fileChanged(id: $id) {
    ...FileState
  }
}
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}`) as unknown as TypedDocumentString<FileChangedSubscription, FileChangedSubscriptionVariables>;
export const CreateFileDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateFile($name: String!, $mediaType: String!, $byteSize: Int!, $sha256: String!, $purpose: FilePurpose) {
  createFile(
    name: $name
    mediaType: $mediaType
    byteSize: $byteSize
    sha256: $sha256
    purpose: $purpose
  ) {
    file {
      ...FileState
    }
    url
    headers {
      name
      value
    }
    expiresAt
    partSize
    receivedParts
  }
}
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}`) as unknown as TypedDocumentString<CreateFileMutation, CreateFileMutationVariables>;
export const SignFilePartsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SignFileParts($id: ID!, $parts: [FilePartInput!]!) {
  signFileParts(id: $id, parts: $parts) {
    number
    url
    headers {
      name
      value
    }
  }
}
    `) as unknown as TypedDocumentString<SignFilePartsMutation, SignFilePartsMutationVariables>;
export const FileDocument = /*#__PURE__*/ new TypedDocumentString(`
    query File($id: ID!) {
  file(id: $id) {
    ...FileState
  }
}
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}`) as unknown as TypedDocumentString<FileQuery, FileQueryVariables>;
export const ImportConversationsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ImportConversations($fileId: ID!) {
  importConversations(fileId: $fileId) {
    ...ImportState
  }
}
    fragment ImportState on Import {
  id
  status
  source
  fileName
  readCount
  conversationCount
  messageCount
  leftOut {
    reason
    count
    example
  }
  failure {
    code
    message
    retryable
  }
}`) as unknown as TypedDocumentString<ImportConversationsMutation, ImportConversationsMutationVariables>;
export const ImportChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ImportChanged($id: ID!) {
  importChanged(id: $id) {
    ...ImportState
  }
}
    fragment ImportState on Import {
  id
  status
  source
  fileName
  readCount
  conversationCount
  messageCount
  leftOut {
    reason
    count
    example
  }
  failure {
    code
    message
    retryable
  }
}`) as unknown as TypedDocumentString<ImportChangedSubscription, ImportChangedSubscriptionVariables>;
export const MarkConversationReadDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation MarkConversationRead($id: ID!) {
  markConversationRead(id: $id) {
    ...ConversationItem
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`) as unknown as TypedDocumentString<MarkConversationReadMutation, MarkConversationReadMutationVariables>;
export const MessageRoutingDocument = /*#__PURE__*/ new TypedDocumentString(`
    query MessageRouting($messageId: ID!) {
  message(id: $messageId) {
    routing {
      policy
      complexity
      basis
      overflowed
      language
      reason
      model {
        id
        displayName
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MessageRoutingQuery, MessageRoutingQueryVariables>;
export const MessageStateDocument = /*#__PURE__*/ new TypedDocumentString(`
    query MessageState($messageId: ID!) {
  message(id: $messageId) {
    id
    status
    finishReason
    reuse
    content
    reasoning
    lastSeq
    toolCalls {
      ...ToolCall
    }
    citations {
      ...Citation
    }
    model {
      id
    }
    error {
      code
      message
      retryable
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`) as unknown as TypedDocumentString<MessageStateQuery, MessageStateQueryVariables>;
export const MessageStreamDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription MessageStream($messageId: ID!, $afterSeq: Int!) {
  messageStream(messageId: $messageId, afterSeq: $afterSeq) {
    __typename
    seq
    ... on MessageStarted {
      attempt
      model {
        id
      }
    }
    ... on SourcesFound {
      failed
      citations {
        ...Citation
      }
    }
    ... on ReasoningDelta {
      text
    }
    ... on TokenDelta {
      text
    }
    ... on ToolCallStarted {
      toolCall {
        ...ToolCall
      }
    }
    ... on ToolCallAwaitingApproval {
      toolCall {
        ...ToolCall
      }
    }
    ... on ToolCallApproved {
      toolCall {
        ...ToolCall
      }
    }
    ... on ToolCallCompleted {
      toolCall {
        ...ToolCall
      }
    }
    ... on MessageReset {
      reason
    }
    ... on MessageCompleted {
      message {
        status
        finishReason
        content
        reuse
      }
    }
    ... on MessageFailed {
      failure {
        code
        message
        retryable
      }
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`) as unknown as TypedDocumentString<MessageStreamSubscription, MessageStreamSubscriptionVariables>;
export const MessageUsageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query MessageUsage($messageId: ID!) {
  message(id: $messageId) {
    usage {
      ...UsageOfMessage
    }
  }
}
    fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}`) as unknown as TypedDocumentString<MessageUsageQuery, MessageUsageQueryVariables>;
export const ModelsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Models($onlyUsable: Boolean!) {
  models(onlyUsable: $onlyUsable) {
    id
    displayName
    capabilities
    contextWindow
    maxOutputTokens
    tiers
    enabled
    liveWorkers
    price {
      input
      cachedInput
      output
    }
    health {
      state
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsQuery, ModelsQueryVariables>;
export const OwnFilesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query OwnFiles($first: Int!, $after: String, $filter: FileFilter) {
  files(first: $first, after: $after, filter: $filter) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...OwnFile
      }
    }
  }
}
    fragment FileState on File {
  id
  name
  mediaType
  byteSize
  kind
  status
  failure {
    code
    message
  }
  pageCount
  textLength
  previewUrl
}
fragment OwnFile on File {
  ...FileState
  createdAt
}`) as unknown as TypedDocumentString<OwnFilesQuery, OwnFilesQueryVariables>;
export const OwnStorageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query OwnStorage {
  fileStorage {
    bytes
    files
    maxBytes
  }
}
    `) as unknown as TypedDocumentString<OwnStorageQuery, OwnStorageQueryVariables>;
export const FileDownloadDocument = /*#__PURE__*/ new TypedDocumentString(`
    query FileDownload($id: ID!) {
  file(id: $id) {
    id
    downloadUrl
  }
}
    `) as unknown as TypedDocumentString<FileDownloadQuery, FileDownloadQueryVariables>;
export const QuotaDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Quota {
  quota {
    ...QuotaState
  }
}
    fragment WindowOfQuota on QuotaWindow {
  limitTokens
  usedTokens
  remainingTokens
  resetsAt
}
fragment QuotaState on Quota {
  minute {
    ...WindowOfQuota
  }
  day {
    ...WindowOfQuota
  }
}`) as unknown as TypedDocumentString<QuotaQuery, QuotaQueryVariables>;
export const QuotaChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription QuotaChanged {
  quotaChanged {
    ...QuotaState
  }
}
    fragment WindowOfQuota on QuotaWindow {
  limitTokens
  usedTokens
  remainingTokens
  resetsAt
}
fragment QuotaState on Quota {
  minute {
    ...WindowOfQuota
  }
  day {
    ...WindowOfQuota
  }
}`) as unknown as TypedDocumentString<QuotaChangedSubscription, QuotaChangedSubscriptionVariables>;
export const RegenerateMessageDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RegenerateMessage($input: RegenerateMessageInput!) {
  regenerateMessage(input: $input) {
    ...StartedTurn
  }
}
    fragment StartedTurn on SendMessagePayload {
  userMessage {
    id
    role
    content
    status
    createdAt
  }
  assistantMessage {
    id
    role
    status
    lastSeq
    createdAt
  }
  replayed
}`) as unknown as TypedDocumentString<RegenerateMessageMutation, RegenerateMessageMutationVariables>;
export const RestoreConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RestoreConversation($id: ID!) {
  restoreConversation(id: $id) {
    ...ConversationItem
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}`) as unknown as TypedDocumentString<RestoreConversationMutation, RestoreConversationMutationVariables>;
export const RevokeApiKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RevokeApiKey($id: ID!) {
  revokeApiKey(id: $id) {
    ...ApiKeyState
  }
}
    fragment ApiKeyState on ApiKey {
  id
  name
  prefix
  roles
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const RoutingPoliciesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query RoutingPolicies {
  routingPolicies {
    name
    description
    isDefault
    strategy
    requires
  }
}
    `) as unknown as TypedDocumentString<RoutingPoliciesQuery, RoutingPoliciesQueryVariables>;
export const SearchMessagesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query SearchMessages($query: String!, $first: Int!, $after: String) {
  searchMessages(query: $query, first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        snippet
        message {
          id
          role
          createdAt
          conversation {
            id
            title
            archived
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SearchMessagesQuery, SearchMessagesQueryVariables>;
export const SelectBranchDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SelectBranch($messageId: ID!, $last: Int!) {
  selectBranch(messageId: $messageId) {
    id
    updatedAt
    messages(last: $last) {
      ...TimelinePage
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
fragment TimelineMessage on Message {
  id
  role
  content
  reasoning
  status
  finishReason
  reuse
  responseFormat
  lastSeq
  createdAt
  completedAt
  parent {
    id
  }
  siblings {
    id
  }
  model {
    id
  }
  attachmentIds
  toolCalls {
    ...ToolCall
  }
  citations {
    ...Citation
  }
  error {
    code
    message
    retryable
  }
  usage {
    ...UsageOfMessage
  }
  moderation {
    action
    stage
    categories {
      category
      score
    }
  }
}
fragment TimelinePage on MessageConnection {
  pageInfo {
    hasPreviousPage
    startCursor
  }
  edges {
    node {
      ...TimelineMessage
    }
  }
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`) as unknown as TypedDocumentString<SelectBranchMutation, SelectBranchMutationVariables>;
export const SendMessageDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    ...StartedTurn
  }
}
    fragment StartedTurn on SendMessagePayload {
  userMessage {
    id
    role
    content
    status
    createdAt
  }
  assistantMessage {
    id
    role
    status
    lastSeq
    createdAt
  }
  replayed
}`) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const SessionsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Sessions($userId: ID) {
  sessions(userId: $userId) {
    ...SessionState
  }
}
    fragment SessionState on Session {
  id
  createdAt
  lastUsedAt
  expiresAt
  userAgent
  address
  current
}`) as unknown as TypedDocumentString<SessionsQuery, SessionsQueryVariables>;
export const ShareDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Share($id: ID!) {
  sharingAllowed
  conversation(id: $id) {
    id
    share {
      ...ShareState
    }
  }
}
    fragment ShareState on Share {
  id
  messageCount
  createdAt
  expiresAt
  withFiles
  revokedAt
}`) as unknown as TypedDocumentString<ShareQuery, ShareQueryVariables>;
export const ShareConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ShareConversation($id: ID!, $expiresAt: DateTime, $withFiles: Boolean) {
  shareConversation(id: $id, expiresAt: $expiresAt, withFiles: $withFiles) {
    ...ShareState
    token
  }
}
    fragment ShareState on Share {
  id
  messageCount
  createdAt
  expiresAt
  withFiles
  revokedAt
}`) as unknown as TypedDocumentString<ShareConversationMutation, ShareConversationMutationVariables>;
export const RevokeShareDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RevokeShare($id: ID!) {
  revokeShare(id: $id) {
    ...ShareState
  }
}
    fragment ShareState on Share {
  id
  messageCount
  createdAt
  expiresAt
  withFiles
  revokedAt
}`) as unknown as TypedDocumentString<RevokeShareMutation, RevokeShareMutationVariables>;
export const StopGenerationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation StopGeneration($messageId: ID!) {
  stopGeneration(messageId: $messageId) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<StopGenerationMutation, StopGenerationMutationVariables>;
export const TimelineDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Timeline($id: ID!, $last: Int!, $before: String) {
  conversation(id: $id) {
    id
    updatedAt
    messages(last: $last, before: $before) {
      ...TimelinePage
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
fragment TimelineMessage on Message {
  id
  role
  content
  reasoning
  status
  finishReason
  reuse
  responseFormat
  lastSeq
  createdAt
  completedAt
  parent {
    id
  }
  siblings {
    id
  }
  model {
    id
  }
  attachmentIds
  toolCalls {
    ...ToolCall
  }
  citations {
    ...Citation
  }
  error {
    code
    message
    retryable
  }
  usage {
    ...UsageOfMessage
  }
  moderation {
    action
    stage
    categories {
      category
      score
    }
  }
}
fragment TimelinePage on MessageConnection {
  pageInfo {
    hasPreviousPage
    startCursor
  }
  edges {
    node {
      ...TimelineMessage
    }
  }
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`) as unknown as TypedDocumentString<TimelineQuery, TimelineQueryVariables>;
export const TurnOfReplyDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TurnOfReply($messageId: ID!) {
  message(id: $messageId) {
    ...TimelineMessage
    parent {
      ...TimelineMessage
    }
  }
}
    fragment Citation on Citation {
  index
  fileName
  page
  heading
  quote
  score
  file {
    id
  }
}
fragment UsageOfMessage on MessageUsage {
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
fragment TimelineMessage on Message {
  id
  role
  content
  reasoning
  status
  finishReason
  reuse
  responseFormat
  lastSeq
  createdAt
  completedAt
  parent {
    id
  }
  siblings {
    id
  }
  model {
    id
  }
  attachmentIds
  toolCalls {
    ...ToolCall
  }
  citations {
    ...Citation
  }
  error {
    code
    message
    retryable
  }
  usage {
    ...UsageOfMessage
  }
  moderation {
    action
    stage
    categories {
      category
      score
    }
  }
}
fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
  mcpServer
  decision
}`) as unknown as TypedDocumentString<TurnOfReplyQuery, TurnOfReplyQueryVariables>;
export const UpdateConversationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpdateConversation($id: ID!, $input: UpdateConversationInput!) {
  updateConversation(id: $id, input: $input) {
    ...ConversationSettings
  }
}
    fragment ConversationItem on Conversation {
  id
  title
  pinned
  archived
  unread
  modelPolicy
  createdAt
  updatedAt
  deletedAt
  head {
    id
    status
  }
}
fragment ConversationSettings on Conversation {
  ...ConversationItem
  systemPrompt
  budgetUsd
  collectionIds
  summary {
    text
    messageCount
    lastMessage {
      id
    }
  }
}`) as unknown as TypedDocumentString<UpdateConversationMutation, UpdateConversationMutationVariables>;
export const UserByEmailDocument = /*#__PURE__*/ new TypedDocumentString(`
    query UserByEmail($email: String!) {
  userByEmail(email: $email) {
    id
    email
  }
}
    `) as unknown as TypedDocumentString<UserByEmailQuery, UserByEmailQueryVariables>;
export const ViewerDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Viewer {
  viewer {
    id
    email
    role
  }
  tenant {
    id
    name
    plan
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;