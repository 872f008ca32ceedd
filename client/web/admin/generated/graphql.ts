/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { TypedDocumentString } from '@parlance/client';
/** Who may get a reply that was written for somebody. */
export type CacheShare =
  /** Every user of the tenant who asks exactly the same, instructions and history included. */
  | 'TENANT'
  /** Only the user for whom it was written. */
  | 'USER';

/** New thresholds of a category. */
export type CategoryThresholdInput = {
  /** Least score, 0 to 1, that is blocked; null for never. PROMPT_INJECTION can only be flagged. */
  blockAt?: number | null | undefined;
  /** The category. */
  category: ModerationCategory;
  /** Least score, 0 to 1, that is flagged; null for never. */
  flagAt?: number | null | undefined;
};

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

/** The desired state of a curated reply. */
export type CuratedReplyInput = {
  /** The reply to replace; null for a new one. */
  id?: string | null | undefined;
  /** 1 to 20 questions, each one sentence of at most 300 characters. More wordings find it more often. */
  questions: Array<string>;
  /** 1 to 20,000 characters, as Markdown. */
  reply: string;
};

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

/** A change of how what people write is screened. What is not named stays as it is. */
export type InputModerationInput = {
  /** Models that screen beside the rules. */
  providers?: Array<ModerationProvider> | null | undefined;
};

/** How Parlance signs in to an MCP server. */
export type McpAuthentication =
  /** With a token that does not change. */
  | 'BEARER'
  /** With a token of an OAuth 2 server, which gives it for client credentials. */
  | 'CLIENT_CREDENTIALS'
  /** Not at all. */
  | 'NONE';

/** The desired state of an MCP server. */
export type McpServerInput = {
  /** When the user has to allow a call of its tools; null to leave that as it is: AFTER_UNTRUSTED for a new server. */
  approval?: ToolApproval | null | undefined;
  /** How to sign in; null to leave the credentials as they are. Another host needs them again. */
  authentication?: McpAuthentication | null | undefined;
  /** For BEARER. */
  bearerToken?: string | null | undefined;
  /** Likewise. */
  clientId?: string | null | undefined;
  /** Likewise; sent by HTTP Basic. */
  clientSecret?: string | null | undefined;
  /** Whether it is used at all. */
  enabled?: boolean;
  /** Begins with a letter; up to 24 small letters, digits and hyphens. Tools get it as a prefix. */
  name: string;
  /** Likewise; null for none. */
  scope?: string | null | undefined;
  /** Most milliseconds of one call: 1 to 60,000. */
  timeoutMs?: number;
  /** For CLIENT_CREDENTIALS: the token endpoint of the OAuth 2 server. */
  tokenUrl?: string | null | undefined;
  /** https, or http if the operator allows the host; without user and password. */
  url: string;
};

/** A decision about a tool of an MCP server. */
export type McpToolInput = {
  /** true approves that definition and switches the tool on. */
  enabled: boolean;
  /** Hash of the definition that you have seen. */
  hash: string;
  /** Name of the server. */
  server: string;
  /** Name of the tool at the server. */
  tool: string;
};

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

/** The desired state of a model. */
export type ModelInput = {
  /** What it can do beyond plain text. */
  capabilities?: Array<ModelCapability>;
  /** Tokens of prompt and reply together. */
  contextWindow: number;
  /** Name for people. */
  displayName: string;
  /** Provider and model, such as "openai/gpt-4o-mini". */
  id: string;
  /** Most tokens of one reply. */
  maxOutputTokens: number;
  /** The class of workers that serve it. */
  pool: Pool;
  /** Its price from now on. */
  price: PriceInput;
  /** Plans that may use it. */
  tiers: Array<PlanTier>;
};

/** The action that a verdict leads to. */
export type ModerationAction =
  /** Nothing. */
  | 'ALLOW'
  /** A case is opened. A message or instructions are refused with CONTENT_BLOCKED; so is the rest of a reply that is screened before it is shown. */
  | 'BLOCK'
  /** A case is opened for an administrator. */
  | 'FLAG';

/** The decision of an administrator on a case. */
export type ModerationCaseStatus =
  /** The screening was wrong. */
  | 'DISMISSED'
  /** There is no decision yet. */
  | 'OPEN'
  /** The screening was right. */
  | 'UPHELD';

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

/** A change of the moderation policy. */
export type ModerationPolicyInput = {
  /** How what people write is screened. */
  input?: InputModerationInput | null | undefined;
  /** How replies are screened. */
  output?: OutputModerationInput | null | undefined;
  /** What models may read of data about people. */
  pii?: PiiPolicy | null | undefined;
  /** Categories to change; the others keep their thresholds. */
  thresholds?: Array<CategoryThresholdInput> | null | undefined;
};

/** A model that screens texts for HATE, THREAT and SELF_HARM, beside the rules. */
export type ModerationProvider =
  /** The Llama Guard model that the operator has set up. */
  | 'LLAMA_GUARD'
  /** The moderations endpoint that the operator has set up. */
  | 'MODERATIONS';

/** The kind of text that was screened. */
export type ModerationStage =
  /** A message of a user, before it is admitted. */
  | 'INPUT'
  /** The system prompt of a conversation, before it is stored. */
  | 'INSTRUCTIONS'
  /** A reply: after its end, or before it is shown, as the policy says. */
  | 'OUTPUT';

/** A change of how replies are screened. What is not named stays as it is. */
export type OutputModerationInput = {
  /** Characters that are held back in mode WINDOW: leastHoldCharacters or more, at most 1000. */
  holdCharacters?: number | null | undefined;
  /** When they are screened. */
  mode?: OutputModerationMode | null | undefined;
  /** Models that screen beside the rules. */
  providers?: Array<ModerationProvider> | null | undefined;
  /** Categories whose thresholds for replies change. */
  thresholds?: Array<CategoryThresholdInput> | null | undefined;
};

/** When replies are screened. */
export type OutputModerationMode =
  /** After their end: what is blocked has been shown. */
  | 'AFTER'
  /** Before they are shown: their end is held back until it is screened, and what is blocked ends the reply. */
  | 'WINDOW';

/** What models may read of data about people. */
export type PiiPolicy =
  /** Placeholders in the place of e-mail addresses, numbers of telephones, cards and accounts, and of keys. They are put back in the reply. */
  | 'MASK_PROMPTS'
  /** Everything. */
  | 'OFF';

/** Plan of a tenant: the models that it may use, and how many tokens. */
export type PlanTier =
  /** The highest limits. */
  | 'ENTERPRISE'
  /** The plan that a tenant begins with; the lowest limits. */
  | 'FREE'
  /** Higher limits. */
  | 'PRO';

/** A class of workers with its own queue. */
export type Pool =
  /** Models of remote providers. */
  | 'EXTERNAL'
  /** Large models on machines of this installation. */
  | 'LARGE'
  /** Medium models on machines of this installation. */
  | 'MEDIUM'
  /** Small models on machines of this installation. */
  | 'SMALL';

/** USD per million tokens. */
export type PriceInput = {
  /** Tokens of the prompt that the provider writes to its cache; absent for the price of input. */
  cacheWrite?: string | null | undefined;
  /** Tokens of the prompt that were in the cache of the provider. */
  cachedInput: string;
  /** Tokens of the prompt. */
  input: string;
  /** Tokens of the reply. */
  output: string;
};

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

/** The desired state of a routing policy. */
export type RoutingPolicyInput = {
  /** Who may get a reply that was kept. Curated replies are for everybody of the tenant. */
  cacheShare?: CacheShare | null | undefined;
  /** Most USD of one reply: the likely prompt and the longest reply that the message allows, without repeated requests for tools. A model that could cost more is not used. */
  costCeilingUsd?: string | null | undefined;
  /** Tokens of a reply whose message does not say how many; null for the plan's default. */
  defaultOutputTokens?: number | null | undefined;
  /** What it is for. */
  description?: string | null | undefined;
  /** Whether it applies to messages that name no policy. It then replaces the former default. */
  isDefault?: boolean;
  /** Milliseconds to the first token, in which 95 of 100 replies of a model should have begun lately. Models that miss it come after those that meet it, and a model in whose queue a reply would wait longer is passed over. */
  latencyTargetMs?: number | null | undefined;
  /** Most USD per million input tokens. */
  maxInputPrice?: string | null | undefined;
  /** Most USD per million output tokens. */
  maxOutputPrice?: string | null | undefined;
  /** Most tokens that a message may ask for, thoughts not counted; one that asks for more is refused. A lower ceiling of the plan applies. */
  maxOutputTokens?: number | null | undefined;
  /** Models in order of preference; absent or empty for all. */
  modelIds?: Array<string> | null | undefined;
  /** Up to 63 lower case letters, digits and hyphens. */
  name: string;
  /** Seconds, 1 to 3600, for which a reply is served again to an equal request; null: never. Only with temperature 0, without tools, and where the text names no time such as "today". */
  requestCacheSeconds?: number | null | undefined;
  /** What the model must be able to do. */
  requires?: Array<ModelCapability> | null | undefined;
  /** In order: the first rule that is for a question is followed. At most 50, and only with AUTO. */
  rules?: Array<RoutingRuleInput> | null | undefined;
  /** Seconds, 1 to 3600, for which a reply to the first question of a conversation is served again to first questions that ask the same in other words of asking; null: never. Numbers, units, dates, names and negations must be equal. */
  similarCacheSeconds?: number | null | undefined;
  /** Order of the models that fit. */
  strategy?: RoutingStrategy;
  /** Whether curatedReplies are served to first questions of conversations without instructions of their own. */
  usesCuratedReplies?: boolean | null | undefined;
};

/** A rule of a routing policy. It has models or a pool, and every condition that it has must hold. */
export type RoutingRuleInput = {
  /** Classes that the question has one of; empty for any. */
  complexity?: Array<Complexity> | null | undefined;
  /** Whether the question has images; null for either. */
  images?: boolean | null | undefined;
  /** Languages that the question is in one of, by ISO 639-1, such as "de"; empty for any. */
  languages?: Array<string> | null | undefined;
  /** The models that reply, in order of preference; at most 20. */
  modelIds?: Array<string> | null | undefined;
  /** Categories that screening has flagged the question for one of; empty for any question. */
  moderation?: Array<ModerationCategory> | null | undefined;
  /** Plans of which the tenant has one; empty for any. The operator changes a tenant's plan. */
  plans?: Array<PlanTier> | null | undefined;
  /** The pool whose models reply, in the order of judgement; null where the rule has models. */
  pool?: Pool | null | undefined;
  /** Whether only these models may reply. Otherwise the policy's other models come after them, for when these fail, are busy or do not fit. */
  strict?: boolean;
  /** Whether the message names tools; null for either. */
  tools?: boolean | null | undefined;
};

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

/** Whether a question follows a rule. */
export type RuleVerdict =
  /** All its conditions hold, but an earlier rule is followed. */
  | 'EARLIER_FOLLOWED'
  /** Its models reply. */
  | 'FOLLOWED'
  /** One of its conditions does not hold. */
  | 'NOT_MATCHED';

/** A way to spend less. */
export type SavingLever =
  /** Replies to equal requests are served again. */
  | 'REQUEST_CACHE'
  /** Replies to questions of the same meaning are served again. */
  | 'SEMANTIC_CACHE';

/** A way in which passages are found. */
export type SearchLane =
  /** By meaning, as an embedding model compares it. */
  | 'VECTORS'
  /** By the words of the question, the rare ones first, and by identifiers. */
  | 'WORDS';

/** A new price of a model. */
export type SetPriceInput = {
  /** When the price begins, not in the past; absent for now. */
  effectiveFrom?: string | null | undefined;
  /** The model. */
  modelId: string;
  /** The price. */
  price: PriceInput;
};

/** Limits of a tenant. An absent limit stays as it is; null restores the plan's. */
export type TenantQuotaInput = {
  /** Tokens of all users together in a UTC day. */
  tokensPerDay?: number | null | undefined;
  /** Tokens of all users together in a minute. */
  tokensPerMinute?: number | null | undefined;
  /** Tokens of each user without an individual limit in a UTC day. */
  userTokensPerDay?: number | null | undefined;
  /** Tokens of each user without an individual limit in a minute. */
  userTokensPerMinute?: number | null | undefined;
};

/** When the user has to allow a call of a tool before it is made. */
export type ToolApproval =
  /** Once the model has read a result of a tool in the same reply, a passage of a document or an attached file, because these may hold instructions of strangers. Tools that say that they change nothing are called without asking. */
  | 'AFTER_UNTRUSTED'
  /** Each time. */
  | 'ALWAYS'
  /** Never. */
  | 'NEVER';

/** Selects calls of the list: those that meet every given condition. */
export type ToolCallFilter = {
  /** Only calls with this decision. */
  decision?: ToolDecision | null | undefined;
  /** Only calls of tools of this MCP server. */
  mcpServer?: string | null | undefined;
  /** Only calls at this time or later. */
  since?: string | null | undefined;
  /** Only calls in this state. */
  status?: ToolCallStatus | null | undefined;
  /** Only calls of the tool with this name. */
  tool?: string | null | undefined;
  /** Only calls before this time. */
  until?: string | null | undefined;
  /** Only calls for this user. */
  userId?: string | null | undefined;
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

/** The desired state of a tool. */
export type ToolInput = {
  /** When the user has to allow a call; null to leave that as it is: NEVER for a new tool. */
  approval?: ToolApproval | null | undefined;
  /** What it does and when to call it, by which the model decides. 1 to 1,024 characters. */
  description: string;
  /** Whether models may call it. */
  enabled?: boolean;
  /** Up to 64 letters, digits, hyphens and underscores. */
  name: string;
  /** JSON text of the JSON Schema of its arguments; its "type" is "object". At most 8,192 characters. Default: no arguments. */
  parameters?: string;
  /** Most milliseconds of one call: 1 to 60,000. */
  timeoutMs?: number;
  /** URL that receives its calls: https, or http if the operator allows the host; without user and password. */
  url: string;
};

/** What a report is grouped by. */
export type UsageGroupBy =
  /** Conversations. */
  | 'CONVERSATION'
  /** Days, in UTC. */
  | 'DAY'
  /** Models. */
  | 'MODEL'
  /** Users who sent the messages. */
  | 'USER';

/** A range of time of at most 366 days. */
export type UsageRangeInput = {
  /** Inclusive. */
  from: string;
  /** Exclusive. */
  to: string;
};

/** Limits of a user. An absent limit stays as it is; null restores the tenant's limit for each user. */
export type UserQuotaInput = {
  /** Tokens in a UTC day. */
  tokensPerDay?: number | null | undefined;
  /** Tokens in a minute. */
  tokensPerMinute?: number | null | undefined;
  /** A user of your tenant. */
  userId: string;
};

export type AccountQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountQuery = { viewer: { id: string, email: string | null, role: Role, assignedRole: Role | null }, tenant: { id: string, name: string, plan: PlanTier } };

export type CachesQueryVariables = Exact<{
  range: UsageRangeInput;
}>;


export type CachesQuery = { usageReport: { totals: { savedUsd: string, savings: Array<{ lever: SavingLever, lookups: number, hits: number, savedUsd: string }> } }, curatedReplies: Array<{ id: string, questions: Array<string>, reply: string, updatedAt: string }> };

export type ClearReplyCachesMutationVariables = Exact<{ [key: string]: never; }>;


export type ClearReplyCachesMutation = { clearReplyCaches: string };

export type UpsertCuratedReplyMutationVariables = Exact<{
  input: CuratedReplyInput;
}>;


export type UpsertCuratedReplyMutation = { upsertCuratedReply: { id: string } };

export type DeleteCuratedReplyMutationVariables = Exact<{
  id: string;
}>;


export type DeleteCuratedReplyMutation = { deleteCuratedReply: boolean };

export type SetModelEnabledMutationVariables = Exact<{
  id: string;
  enabled: boolean;
}>;


export type SetModelEnabledMutation = { setModelEnabled: { id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, pool: Pool, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, provider: { displayName: string }, price: { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }, prices: Array<{ input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }>, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } } };

export type SetPriceMutationVariables = Exact<{
  input: SetPriceInput;
}>;


export type SetPriceMutation = { setPrice: { id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, pool: Pool, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, provider: { displayName: string }, price: { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }, prices: Array<{ input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }>, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } } };

export type UpsertModelMutationVariables = Exact<{
  input: ModelInput;
}>;


export type UpsertModelMutation = { upsertModel: { id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, pool: Pool, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, provider: { displayName: string }, price: { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }, prices: Array<{ input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }>, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } } };

export type SetRoleMutationVariables = Exact<{
  userId: string;
  role?: Role | null | undefined;
}>;


export type SetRoleMutation = { setRole: { id: string, email: string | null, role: Role, assignedRole: Role | null, isActive: boolean, deletedAt: string | null, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number }, minute: { limitTokens: number, usedTokens: number } } } };

export type SetUserActiveMutationVariables = Exact<{
  userId: string;
  isActive: boolean;
}>;


export type SetUserActiveMutation = { setUserActive: { id: string, email: string | null, role: Role, assignedRole: Role | null, isActive: boolean, deletedAt: string | null, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number }, minute: { limitTokens: number, usedTokens: number } } } };

export type DeleteUserMutationVariables = Exact<{
  id: string;
}>;


export type DeleteUserMutation = { deleteUser: { id: string, email: string | null, role: Role, assignedRole: Role | null, isActive: boolean, deletedAt: string | null, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number }, minute: { limitTokens: number, usedTokens: number } } } };

export type SetUserQuotaMutationVariables = Exact<{
  input: UserQuotaInput;
}>;


export type SetUserQuotaMutation = { setUserQuota: { id: string, email: string | null, role: Role, assignedRole: Role | null, isActive: boolean, deletedAt: string | null, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number }, minute: { limitTokens: number, usedTokens: number } } } };

export type EndUserSessionMutationVariables = Exact<{
  id: string;
}>;


export type EndUserSessionMutation = { endSession: { id: string } };

export type RevokeUserKeyMutationVariables = Exact<{
  id: string;
}>;


export type RevokeUserKeyMutation = { revokeApiKey: { id: string, revokedAt: string | null } };

export type StorageRowFragment = { files: number, bytes: number, maxBytes: number, user: { id: string, email: string | null } };

export type FileStorageQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FileStorageQuery = { fileStorageByUser: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { files: number, bytes: number, maxBytes: number, user: { id: string, email: string | null } } }> } };

export type FailedFileFragment = { id: string, byteSize: number, mediaType: string, createdAt: string | null, failure: { code: FileFailureCode, message: string } | null, owner: { id: string, email: string | null } | null };

export type FailedFilesQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FailedFilesQuery = { files: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, byteSize: number, mediaType: string, createdAt: string | null, failure: { code: FileFailureCode, message: string } | null, owner: { id: string, email: string | null } | null } }> } };

export type McpServerStateFragment = { name: string, url: string, authentication: McpAuthentication, timeoutMs: number, enabled: boolean, approval: ToolApproval, failure: string | null, listedAt: string | null, changedAt: string, tools: Array<{ name: string, calledName: string, description: string, parameters: string, readOnly: boolean, hash: string, enabled: boolean, listed: boolean, isChanged: boolean, approvedDescription: string | null, approvedParameters: string | null, changedAt: string }> };

export type McpServersQueryVariables = Exact<{ [key: string]: never; }>;


export type McpServersQuery = { mcpServers: Array<{ name: string, url: string, authentication: McpAuthentication, timeoutMs: number, enabled: boolean, approval: ToolApproval, failure: string | null, listedAt: string | null, changedAt: string, tools: Array<{ name: string, calledName: string, description: string, parameters: string, readOnly: boolean, hash: string, enabled: boolean, listed: boolean, isChanged: boolean, approvedDescription: string | null, approvedParameters: string | null, changedAt: string }> }> };

export type UpsertMcpServerMutationVariables = Exact<{
  input: McpServerInput;
}>;


export type UpsertMcpServerMutation = { upsertMcpServer: { name: string, url: string, authentication: McpAuthentication, timeoutMs: number, enabled: boolean, approval: ToolApproval, failure: string | null, listedAt: string | null, changedAt: string, tools: Array<{ name: string, calledName: string, description: string, parameters: string, readOnly: boolean, hash: string, enabled: boolean, listed: boolean, isChanged: boolean, approvedDescription: string | null, approvedParameters: string | null, changedAt: string }> } };

export type SetMcpToolMutationVariables = Exact<{
  input: McpToolInput;
}>;


export type SetMcpToolMutation = { setMcpTool: { name: string, url: string, authentication: McpAuthentication, timeoutMs: number, enabled: boolean, approval: ToolApproval, failure: string | null, listedAt: string | null, changedAt: string, tools: Array<{ name: string, calledName: string, description: string, parameters: string, readOnly: boolean, hash: string, enabled: boolean, listed: boolean, isChanged: boolean, approvedDescription: string | null, approvedParameters: string | null, changedAt: string }> } };

export type DeleteMcpServerMutationVariables = Exact<{
  name: string;
}>;


export type DeleteMcpServerMutation = { deleteMcpServer: boolean };

export type HealthStateFragment = { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number };

export type PriceStateFragment = { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string };

export type ModelRowFragment = { id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, pool: Pool, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, provider: { displayName: string }, price: { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }, prices: Array<{ input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }>, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } };

export type ModelStateFragment = { id: string, displayName: string, enabled: boolean, liveWorkers: number, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } };

export type CatalogueQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogueQuery = { models: Array<{ id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, pool: Pool, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, provider: { displayName: string }, price: { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }, prices: Array<{ input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }>, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } }> };

export type CatalogueChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CatalogueChangedSubscription = { modelsChanged: Array<{ id: string, displayName: string, capabilities: Array<ModelCapability>, contextWindow: number, maxOutputTokens: number, pool: Pool, tiers: Array<PlanTier>, enabled: boolean, liveWorkers: number, provider: { displayName: string }, price: { input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }, prices: Array<{ input: string, cachedInput: string, cacheWrite: string, output: string, effectiveFrom: string }>, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } }> };

export type ModelStatesChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ModelStatesChangedSubscription = { modelsChanged: Array<{ id: string, displayName: string, enabled: boolean, liveWorkers: number, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } }> };

export type CaseRowFragment = { id: string, status: ModerationCaseStatus, excerpt: string, messageId: string, conversationId: string, openedAt: string, resolvedAt: string | null, note: string | null, user: { id: string, email: string | null }, resolvedBy: { id: string, email: string | null } | null, verdict: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } };

export type CasesQueryVariables = Exact<{
  status?: ModerationCaseStatus | null | undefined;
  after?: string | null | undefined;
}>;


export type CasesQuery = { moderationCases: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: ModerationCaseStatus, excerpt: string, messageId: string, conversationId: string, openedAt: string, resolvedAt: string | null, note: string | null, user: { id: string, email: string | null }, resolvedBy: { id: string, email: string | null } | null, verdict: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } } }> } };

export type CaseOpenedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CaseOpenedSubscription = { moderationCaseOpened: { id: string, status: ModerationCaseStatus, excerpt: string, messageId: string, conversationId: string, openedAt: string, resolvedAt: string | null, note: string | null, user: { id: string, email: string | null }, resolvedBy: { id: string, email: string | null } | null, verdict: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } } };

export type ResolveCaseMutationVariables = Exact<{
  id: string;
  status: ModerationCaseStatus;
  note?: string | null | undefined;
}>;


export type ResolveCaseMutation = { resolveCase: { id: string, status: ModerationCaseStatus, excerpt: string, messageId: string, conversationId: string, openedAt: string, resolvedAt: string | null, note: string | null, user: { id: string, email: string | null }, resolvedBy: { id: string, email: string | null } | null, verdict: { action: ModerationAction, stage: ModerationStage, categories: Array<{ category: ModerationCategory, score: number }> } } };

export type OpenCasesQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenCasesQuery = { moderationCases: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { id: string } }> } };

export type OverviewQueryVariables = Exact<{
  today: UsageRangeInput;
  month: UsageRangeInput;
}>;


export type OverviewQuery = { tenant: { name: string, plan: PlanTier, budget: { monthlyUsd: string | null, spentUsd: string, reservedUsd: string, resetsAt: string } | null }, today: { totals: { generations: number, inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string }, groups: Array<{ key: string | null, totals: { generations: number } }> }, month: { totals: { generations: number, inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string }, groups: Array<{ key: string | null, totals: { generations: number, inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } }> }, models: Array<{ id: string, displayName: string, enabled: boolean, liveWorkers: number, health: { state: CircuitState, errorRate: number | null, firstTokenP50Ms: number | null, firstTokenP95Ms: number | null, queueWaitP50Ms: number | null, tokensPerSecond: number | null, samples: number } }> };

export type TriedCollectionFragment = { id: string, name: string, access: CollectionAccess, documentCount: number, embeddingModel: string, owner: { id: string, email: string | null } };

export type TriedCollectionsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type TriedCollectionsQuery = { collections: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, access: CollectionAccess, documentCount: number, embeddingModel: string, owner: { id: string, email: string | null } } }> } };

export type FoundPassageFragment = { fileName: string, page: number | null, heading: string, quote: string, score: number, wordScore: number | null, vectorScore: number | null };

export type TryRetrievalQueryVariables = Exact<{
  collectionIds: Array<string> | string;
  query: string;
  context?: Array<string> | string | null | undefined;
  first: number;
}>;


export type TryRetrievalQuery = { searchDocuments: { lanes: Array<SearchLane>, hits: Array<{ fileName: string, page: number | null, heading: string, quote: string, score: number, wordScore: number | null, vectorScore: number | null }> } };

export type RuleFragment = { complexity: Array<Complexity>, languages: Array<string>, images: boolean | null, tools: boolean | null, moderation: Array<ModerationCategory>, plans: Array<PlanTier>, modelIds: Array<string>, pool: Pool | null, strict: boolean };

export type RoutingQueryVariables = Exact<{ [key: string]: never; }>;


export type RoutingQuery = { routingPolicies: Array<{ name: string, description: string | null, isDefault: boolean, strategy: RoutingStrategy, requires: Array<ModelCapability>, maxInputPrice: string | null, maxOutputPrice: string | null, latencyTargetMs: number | null, costCeilingUsd: string | null, defaultOutputTokens: number | null, maxOutputTokens: number | null, requestCacheSeconds: number | null, similarCacheSeconds: number | null, usesCuratedReplies: boolean, cacheShare: CacheShare, updatedAt: string, rules: Array<{ complexity: Array<Complexity>, languages: Array<string>, images: boolean | null, tools: boolean | null, moderation: Array<ModerationCategory>, plans: Array<PlanTier>, modelIds: Array<string>, pool: Pool | null, strict: boolean }>, models: Array<{ id: string, displayName: string }> }>, models: Array<{ id: string, displayName: string }> };

export type TryRouteQueryVariables = Exact<{
  input: ExplainRouteInput;
}>;


export type TryRouteQuery = { explainRoute: { plan: PlanTier, complexity: Complexity | null, complexityReason: string | null, language: string | null, policy: { name: string } | null, signals: Array<{ rule: string, points: number }>, rules: Array<{ position: number, verdict: RuleVerdict, reason: string }>, candidates: Array<{ verdict: RouteVerdict, reason: string, model: { id: string, displayName: string } }> } };

export type UpsertRoutingPolicyMutationVariables = Exact<{
  input: RoutingPolicyInput;
}>;


export type UpsertRoutingPolicyMutation = { upsertRoutingPolicy: { name: string } };

export type DeleteRoutingPolicyMutationVariables = Exact<{
  name: string;
}>;


export type DeleteRoutingPolicyMutation = { deleteRoutingPolicy: boolean };

export type BudgetStateFragment = { monthlyUsd: string | null, spentUsd: string, reservedUsd: string, resetsAt: string };

export type TenantStateFragment = { id: string, name: string, plan: PlanTier, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number, resetsAt: string }, minute: { limitTokens: number, usedTokens: number, resetsAt: string } } };

export type TenantSettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type TenantSettingsQuery = { tenant: { id: string, name: string, plan: PlanTier, createdAt: string, budget: { monthlyUsd: string | null, spentUsd: string, reservedUsd: string, resetsAt: string } | null, quota: { day: { limitTokens: number, usedTokens: number, resetsAt: string }, minute: { limitTokens: number, usedTokens: number, resetsAt: string } } } };

export type RenameTenantMutationVariables = Exact<{
  name: string;
}>;


export type RenameTenantMutation = { renameTenant: { id: string, name: string } };

export type SetBudgetMutationVariables = Exact<{
  monthlyUsd?: string | null | undefined;
}>;


export type SetBudgetMutation = { setBudget: { id: string } };

export type SetTenantQuotaMutationVariables = Exact<{
  input: TenantQuotaInput;
}>;


export type SetTenantQuotaMutation = { setTenantQuota: { id: string } };

export type GrantTenantQuotaMutationVariables = Exact<{
  input: TenantQuotaInput;
  tenantId?: string | null | undefined;
}>;


export type GrantTenantQuotaMutation = { grantTenantQuota: { id: string } };

export type SetPlanMutationVariables = Exact<{
  plan: PlanTier;
}>;


export type SetPlanMutation = { setPlan: { id: string, plan: PlanTier } };

export type SharingQueryVariables = Exact<{ [key: string]: never; }>;


export type SharingQuery = { sharingAllowed: boolean };

export type SetSharingMutationVariables = Exact<{
  isAllowed: boolean;
}>;


export type SetSharingMutation = { setSharing: boolean };

export type ThresholdsQueryVariables = Exact<{ [key: string]: never; }>;


export type ThresholdsQuery = { moderationPolicy: { version: string, availableProviders: Array<ModerationProvider>, pii: PiiPolicy, thresholds: Array<{ category: ModerationCategory, flagAt: number | null, blockAt: number | null }>, input: { providers: Array<ModerationProvider> }, output: { mode: OutputModerationMode, holdCharacters: number, leastHoldCharacters: number, providers: Array<ModerationProvider>, thresholds: Array<{ category: ModerationCategory, flagAt: number | null, blockAt: number | null }> } } };

export type TryThresholdsQueryVariables = Exact<{
  content: string;
  stage: ModerationStage;
  thresholds: Array<CategoryThresholdInput> | CategoryThresholdInput;
}>;


export type TryThresholdsQuery = { tryModeration: { action: ModerationAction, shown: string | null, categories: Array<{ category: ModerationCategory, score: number }> } };

export type SetThresholdsMutationVariables = Exact<{
  input: ModerationPolicyInput;
}>;


export type SetThresholdsMutation = { setModerationPolicy: { version: string, pii: PiiPolicy, thresholds: Array<{ category: ModerationCategory, flagAt: number | null, blockAt: number | null }>, output: { mode: OutputModerationMode, holdCharacters: number, leastHoldCharacters: number, thresholds: Array<{ category: ModerationCategory, flagAt: number | null, blockAt: number | null }> } } };

export type ToolCallRowFragment = { id: string, messageId: string, tool: string, mcpServer: string | null, status: ToolCallStatus, decision: ToolDecision | null, calledAt: string, durationMs: number | null, argumentBytes: number, resultBytes: number | null, user: { id: string, email: string | null } };

export type ToolCallsQueryVariables = Exact<{
  filter: ToolCallFilter;
  after?: string | null | undefined;
}>;


export type ToolCallsQuery = { toolCalls: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, messageId: string, tool: string, mcpServer: string | null, status: ToolCallStatus, decision: ToolDecision | null, calledAt: string, durationMs: number | null, argumentBytes: number, resultBytes: number | null, user: { id: string, email: string | null } } }> } };

export type ToolsQueryVariables = Exact<{ [key: string]: never; }>;


export type ToolsQuery = { tools: Array<{ name: string, description: string, parameters: string, url: string | null, timeoutMs: number, enabled: boolean, approval: ToolApproval, updatedAt: string }> };

export type UpsertToolMutationVariables = Exact<{
  input: ToolInput;
}>;


export type UpsertToolMutation = { upsertTool: { secret: string | null, tool: { name: string } } };

export type RotateToolSecretMutationVariables = Exact<{
  name: string;
}>;


export type RotateToolSecretMutation = { rotateToolSecret: { secret: string | null, tool: { name: string } } };

export type DeleteToolMutationVariables = Exact<{
  name: string;
}>;


export type DeleteToolMutation = { deleteTool: boolean };

export type TotalsFragment = { generations: number, inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string };

export type UsageQueryVariables = Exact<{
  range: UsageRangeInput;
  groupBy: UsageGroupBy;
  first: number;
}>;


export type UsageQuery = { usageReport: { totals: { embeddingUsd: string, storageUsd: string, generations: number, inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string }, groups: Array<{ key: string | null, model: { displayName: string } | null, user: { email: string | null } | null, conversation: { title: string | null } | null, totals: { generations: number, inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } }> } };

export type TenantUsageChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type TenantUsageChangedSubscription = { tenantUsageChanged: { id: string } };

export type UserAccessQueryVariables = Exact<{
  userId: string;
}>;


export type UserAccessQuery = { sessions: Array<{ id: string, createdAt: string, lastUsedAt: string, userAgent: string, address: string, current: boolean }>, apiKeys: { edges: Array<{ node: { id: string, name: string, prefix: string, roles: Array<Role>, scopes: Array<string>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } }> } };

export type UserActivityQueryVariables = Exact<{
  range: UsageRangeInput;
}>;


export type UserActivityQuery = { usageReport: { groups: Array<{ key: string | null, totals: { generations: number, costUsd: string } }> } };

export type UserRowFragment = { id: string, email: string | null, role: Role, assignedRole: Role | null, isActive: boolean, deletedAt: string | null, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number }, minute: { limitTokens: number, usedTokens: number } } };

export type UsersQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type UsersQuery = { tenant: { users: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, email: string | null, role: Role, assignedRole: Role | null, isActive: boolean, deletedAt: string | null, createdAt: string, quota: { day: { limitTokens: number, usedTokens: number }, minute: { limitTokens: number, usedTokens: number } } } }> } | null } };

export const StorageRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment StorageRow on FileStorage {
  files
  bytes
  maxBytes
  user {
    id
    email
  }
}
    `, {"fragmentName":"StorageRow"}) as unknown as TypedDocumentString<StorageRowFragment, unknown>;
export const FailedFileFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment FailedFile on File {
  id
  byteSize
  mediaType
  createdAt
  failure {
    code
    message
  }
  owner {
    id
    email
  }
}
    `, {"fragmentName":"FailedFile"}) as unknown as TypedDocumentString<FailedFileFragment, unknown>;
export const McpServerStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment McpServerState on McpServer {
  name
  url
  authentication
  timeoutMs
  enabled
  approval
  failure
  listedAt
  changedAt
  tools {
    name
    calledName
    description
    parameters
    readOnly
    hash
    enabled
    listed
    isChanged
    approvedDescription
    approvedParameters
    changedAt
  }
}
    `, {"fragmentName":"McpServerState"}) as unknown as TypedDocumentString<McpServerStateFragment, unknown>;
export const PriceStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}
    `, {"fragmentName":"PriceState"}) as unknown as TypedDocumentString<PriceStateFragment, unknown>;
export const HealthStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
    `, {"fragmentName":"HealthState"}) as unknown as TypedDocumentString<HealthStateFragment, unknown>;
export const ModelRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ModelRow on Model {
  id
  displayName
  provider {
    displayName
  }
  capabilities
  contextWindow
  maxOutputTokens
  pool
  tiers
  enabled
  liveWorkers
  price {
    ...PriceState
  }
  prices {
    ...PriceState
  }
  health {
    ...HealthState
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}`, {"fragmentName":"ModelRow"}) as unknown as TypedDocumentString<ModelRowFragment, unknown>;
export const ModelStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ModelState on Model {
  id
  displayName
  enabled
  liveWorkers
  health {
    ...HealthState
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}`, {"fragmentName":"ModelState"}) as unknown as TypedDocumentString<ModelStateFragment, unknown>;
export const CaseRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment CaseRow on ModerationCase {
  id
  status
  excerpt
  messageId
  conversationId
  openedAt
  resolvedAt
  note
  user {
    id
    email
  }
  resolvedBy {
    id
    email
  }
  verdict {
    action
    stage
    categories {
      category
      score
    }
  }
}
    `, {"fragmentName":"CaseRow"}) as unknown as TypedDocumentString<CaseRowFragment, unknown>;
export const TriedCollectionFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment TriedCollection on Collection {
  id
  name
  access
  documentCount
  embeddingModel
  owner {
    id
    email
  }
}
    `, {"fragmentName":"TriedCollection"}) as unknown as TypedDocumentString<TriedCollectionFragment, unknown>;
export const FoundPassageFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment FoundPassage on DocumentHit {
  fileName
  page
  heading
  quote
  score
  wordScore
  vectorScore
}
    `, {"fragmentName":"FoundPassage"}) as unknown as TypedDocumentString<FoundPassageFragment, unknown>;
export const RuleFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment Rule on RoutingRule {
  complexity
  languages
  images
  tools
  moderation
  plans
  modelIds
  pool
  strict
}
    `, {"fragmentName":"Rule"}) as unknown as TypedDocumentString<RuleFragment, unknown>;
export const BudgetStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment BudgetState on Budget {
  monthlyUsd
  spentUsd
  reservedUsd
  resetsAt
}
    `, {"fragmentName":"BudgetState"}) as unknown as TypedDocumentString<BudgetStateFragment, unknown>;
export const TenantStateFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment TenantState on Tenant {
  id
  name
  plan
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
      resetsAt
    }
    minute {
      limitTokens
      usedTokens
      resetsAt
    }
  }
}
    `, {"fragmentName":"TenantState"}) as unknown as TypedDocumentString<TenantStateFragment, unknown>;
export const ToolCallRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ToolCallRow on RecordedToolCall {
  id
  messageId
  tool
  mcpServer
  status
  decision
  calledAt
  durationMs
  argumentBytes
  resultBytes
  user {
    id
    email
  }
}
    `, {"fragmentName":"ToolCallRow"}) as unknown as TypedDocumentString<ToolCallRowFragment, unknown>;
export const TotalsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment Totals on UsageTotals {
  generations
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}
    `, {"fragmentName":"Totals"}) as unknown as TypedDocumentString<TotalsFragment, unknown>;
export const UserRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment UserRow on User {
  id
  email
  role
  assignedRole
  isActive
  deletedAt
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
    }
    minute {
      limitTokens
      usedTokens
    }
  }
}
    `, {"fragmentName":"UserRow"}) as unknown as TypedDocumentString<UserRowFragment, unknown>;
export const AccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Account {
  viewer {
    id
    email
    role
    assignedRole
  }
  tenant {
    id
    name
    plan
  }
}
    `) as unknown as TypedDocumentString<AccountQuery, AccountQueryVariables>;
export const CachesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Caches($range: UsageRangeInput!) {
  usageReport(range: $range, groupBy: DAY, first: 1) {
    totals {
      savedUsd
      savings {
        lever
        lookups
        hits
        savedUsd
      }
    }
  }
  curatedReplies {
    id
    questions
    reply
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<CachesQuery, CachesQueryVariables>;
export const ClearReplyCachesDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ClearReplyCaches {
  clearReplyCaches
}
    `) as unknown as TypedDocumentString<ClearReplyCachesMutation, ClearReplyCachesMutationVariables>;
export const UpsertCuratedReplyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpsertCuratedReply($input: CuratedReplyInput!) {
  upsertCuratedReply(input: $input) {
    id
  }
}
    `) as unknown as TypedDocumentString<UpsertCuratedReplyMutation, UpsertCuratedReplyMutationVariables>;
export const DeleteCuratedReplyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteCuratedReply($id: ID!) {
  deleteCuratedReply(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteCuratedReplyMutation, DeleteCuratedReplyMutationVariables>;
export const SetModelEnabledDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetModelEnabled($id: ID!, $enabled: Boolean!) {
  setModelEnabled(id: $id, enabled: $enabled) {
    ...ModelRow
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}
fragment ModelRow on Model {
  id
  displayName
  provider {
    displayName
  }
  capabilities
  contextWindow
  maxOutputTokens
  pool
  tiers
  enabled
  liveWorkers
  price {
    ...PriceState
  }
  prices {
    ...PriceState
  }
  health {
    ...HealthState
  }
}`) as unknown as TypedDocumentString<SetModelEnabledMutation, SetModelEnabledMutationVariables>;
export const SetPriceDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetPrice($input: SetPriceInput!) {
  setPrice(input: $input) {
    ...ModelRow
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}
fragment ModelRow on Model {
  id
  displayName
  provider {
    displayName
  }
  capabilities
  contextWindow
  maxOutputTokens
  pool
  tiers
  enabled
  liveWorkers
  price {
    ...PriceState
  }
  prices {
    ...PriceState
  }
  health {
    ...HealthState
  }
}`) as unknown as TypedDocumentString<SetPriceMutation, SetPriceMutationVariables>;
export const UpsertModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpsertModel($input: ModelInput!) {
  upsertModel(input: $input) {
    ...ModelRow
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}
fragment ModelRow on Model {
  id
  displayName
  provider {
    displayName
  }
  capabilities
  contextWindow
  maxOutputTokens
  pool
  tiers
  enabled
  liveWorkers
  price {
    ...PriceState
  }
  prices {
    ...PriceState
  }
  health {
    ...HealthState
  }
}`) as unknown as TypedDocumentString<UpsertModelMutation, UpsertModelMutationVariables>;
export const SetRoleDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetRole($userId: ID!, $role: Role) {
  setRole(userId: $userId, role: $role) {
    ...UserRow
  }
}
    fragment UserRow on User {
  id
  email
  role
  assignedRole
  isActive
  deletedAt
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
    }
    minute {
      limitTokens
      usedTokens
    }
  }
}`) as unknown as TypedDocumentString<SetRoleMutation, SetRoleMutationVariables>;
export const SetUserActiveDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetUserActive($userId: ID!, $isActive: Boolean!) {
  setUserActive(userId: $userId, isActive: $isActive) {
    ...UserRow
  }
}
    fragment UserRow on User {
  id
  email
  role
  assignedRole
  isActive
  deletedAt
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
    }
    minute {
      limitTokens
      usedTokens
    }
  }
}`) as unknown as TypedDocumentString<SetUserActiveMutation, SetUserActiveMutationVariables>;
export const DeleteUserDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteUser($id: ID!) {
  deleteUser(id: $id) {
    ...UserRow
  }
}
    fragment UserRow on User {
  id
  email
  role
  assignedRole
  isActive
  deletedAt
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
    }
    minute {
      limitTokens
      usedTokens
    }
  }
}`) as unknown as TypedDocumentString<DeleteUserMutation, DeleteUserMutationVariables>;
export const SetUserQuotaDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetUserQuota($input: UserQuotaInput!) {
  setUserQuota(input: $input) {
    ...UserRow
  }
}
    fragment UserRow on User {
  id
  email
  role
  assignedRole
  isActive
  deletedAt
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
    }
    minute {
      limitTokens
      usedTokens
    }
  }
}`) as unknown as TypedDocumentString<SetUserQuotaMutation, SetUserQuotaMutationVariables>;
export const EndUserSessionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation EndUserSession($id: ID!) {
  endSession(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<EndUserSessionMutation, EndUserSessionMutationVariables>;
export const RevokeUserKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RevokeUserKey($id: ID!) {
  revokeApiKey(id: $id) {
    id
    revokedAt
  }
}
    `) as unknown as TypedDocumentString<RevokeUserKeyMutation, RevokeUserKeyMutationVariables>;
export const FileStorageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query FileStorage($after: String) {
  fileStorageByUser(first: 50, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...StorageRow
      }
    }
  }
}
    fragment StorageRow on FileStorage {
  files
  bytes
  maxBytes
  user {
    id
    email
  }
}`) as unknown as TypedDocumentString<FileStorageQuery, FileStorageQueryVariables>;
export const FailedFilesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query FailedFiles($after: String) {
  files(filter: {everybody: true, status: FAILED}, first: 50, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...FailedFile
      }
    }
  }
}
    fragment FailedFile on File {
  id
  byteSize
  mediaType
  createdAt
  failure {
    code
    message
  }
  owner {
    id
    email
  }
}`) as unknown as TypedDocumentString<FailedFilesQuery, FailedFilesQueryVariables>;
export const McpServersDocument = /*#__PURE__*/ new TypedDocumentString(`
    query McpServers {
  mcpServers {
    ...McpServerState
  }
}
    fragment McpServerState on McpServer {
  name
  url
  authentication
  timeoutMs
  enabled
  approval
  failure
  listedAt
  changedAt
  tools {
    name
    calledName
    description
    parameters
    readOnly
    hash
    enabled
    listed
    isChanged
    approvedDescription
    approvedParameters
    changedAt
  }
}`) as unknown as TypedDocumentString<McpServersQuery, McpServersQueryVariables>;
export const UpsertMcpServerDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpsertMcpServer($input: McpServerInput!) {
  upsertMcpServer(input: $input) {
    ...McpServerState
  }
}
    fragment McpServerState on McpServer {
  name
  url
  authentication
  timeoutMs
  enabled
  approval
  failure
  listedAt
  changedAt
  tools {
    name
    calledName
    description
    parameters
    readOnly
    hash
    enabled
    listed
    isChanged
    approvedDescription
    approvedParameters
    changedAt
  }
}`) as unknown as TypedDocumentString<UpsertMcpServerMutation, UpsertMcpServerMutationVariables>;
export const SetMcpToolDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetMcpTool($input: McpToolInput!) {
  setMcpTool(input: $input) {
    ...McpServerState
  }
}
    fragment McpServerState on McpServer {
  name
  url
  authentication
  timeoutMs
  enabled
  approval
  failure
  listedAt
  changedAt
  tools {
    name
    calledName
    description
    parameters
    readOnly
    hash
    enabled
    listed
    isChanged
    approvedDescription
    approvedParameters
    changedAt
  }
}`) as unknown as TypedDocumentString<SetMcpToolMutation, SetMcpToolMutationVariables>;
export const DeleteMcpServerDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteMcpServer($name: String!) {
  deleteMcpServer(name: $name)
}
    `) as unknown as TypedDocumentString<DeleteMcpServerMutation, DeleteMcpServerMutationVariables>;
export const CatalogueDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Catalogue {
  models(onlyUsable: false) {
    ...ModelRow
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}
fragment ModelRow on Model {
  id
  displayName
  provider {
    displayName
  }
  capabilities
  contextWindow
  maxOutputTokens
  pool
  tiers
  enabled
  liveWorkers
  price {
    ...PriceState
  }
  prices {
    ...PriceState
  }
  health {
    ...HealthState
  }
}`) as unknown as TypedDocumentString<CatalogueQuery, CatalogueQueryVariables>;
export const CatalogueChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription CatalogueChanged {
  modelsChanged {
    ...ModelRow
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment PriceState on Price {
  input
  cachedInput
  cacheWrite
  output
  effectiveFrom
}
fragment ModelRow on Model {
  id
  displayName
  provider {
    displayName
  }
  capabilities
  contextWindow
  maxOutputTokens
  pool
  tiers
  enabled
  liveWorkers
  price {
    ...PriceState
  }
  prices {
    ...PriceState
  }
  health {
    ...HealthState
  }
}`) as unknown as TypedDocumentString<CatalogueChangedSubscription, CatalogueChangedSubscriptionVariables>;
export const ModelStatesChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ModelStatesChanged {
  modelsChanged {
    ...ModelState
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment ModelState on Model {
  id
  displayName
  enabled
  liveWorkers
  health {
    ...HealthState
  }
}`) as unknown as TypedDocumentString<ModelStatesChangedSubscription, ModelStatesChangedSubscriptionVariables>;
export const CasesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Cases($status: ModerationCaseStatus, $after: String) {
  moderationCases(first: 20, after: $after, filter: {status: $status}) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...CaseRow
      }
    }
  }
}
    fragment CaseRow on ModerationCase {
  id
  status
  excerpt
  messageId
  conversationId
  openedAt
  resolvedAt
  note
  user {
    id
    email
  }
  resolvedBy {
    id
    email
  }
  verdict {
    action
    stage
    categories {
      category
      score
    }
  }
}`) as unknown as TypedDocumentString<CasesQuery, CasesQueryVariables>;
export const CaseOpenedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription CaseOpened {
  moderationCaseOpened {
    ...CaseRow
  }
}
    fragment CaseRow on ModerationCase {
  id
  status
  excerpt
  messageId
  conversationId
  openedAt
  resolvedAt
  note
  user {
    id
    email
  }
  resolvedBy {
    id
    email
  }
  verdict {
    action
    stage
    categories {
      category
      score
    }
  }
}`) as unknown as TypedDocumentString<CaseOpenedSubscription, CaseOpenedSubscriptionVariables>;
export const ResolveCaseDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ResolveCase($id: ID!, $status: ModerationCaseStatus!, $note: String) {
  resolveCase(id: $id, status: $status, note: $note) {
    ...CaseRow
  }
}
    fragment CaseRow on ModerationCase {
  id
  status
  excerpt
  messageId
  conversationId
  openedAt
  resolvedAt
  note
  user {
    id
    email
  }
  resolvedBy {
    id
    email
  }
  verdict {
    action
    stage
    categories {
      category
      score
    }
  }
}`) as unknown as TypedDocumentString<ResolveCaseMutation, ResolveCaseMutationVariables>;
export const OpenCasesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query OpenCases {
  moderationCases(first: 100, filter: {status: OPEN}) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OpenCasesQuery, OpenCasesQueryVariables>;
export const OverviewDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Overview($today: UsageRangeInput!, $month: UsageRangeInput!) {
  tenant {
    name
    plan
    budget {
      ...BudgetState
    }
  }
  today: usageReport(range: $today, groupBy: MODEL, first: 100) {
    totals {
      ...Totals
    }
    groups {
      key
      totals {
        generations
      }
    }
  }
  month: usageReport(range: $month, groupBy: DAY, first: 31) {
    totals {
      ...Totals
    }
    groups {
      key
      totals {
        ...Totals
      }
    }
  }
  models(onlyUsable: false) {
    ...ModelState
  }
}
    fragment HealthState on ModelHealth {
  state
  errorRate
  firstTokenP50Ms
  firstTokenP95Ms
  queueWaitP50Ms
  tokensPerSecond
  samples
}
fragment ModelState on Model {
  id
  displayName
  enabled
  liveWorkers
  health {
    ...HealthState
  }
}
fragment BudgetState on Budget {
  monthlyUsd
  spentUsd
  reservedUsd
  resetsAt
}
fragment Totals on UsageTotals {
  generations
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}`) as unknown as TypedDocumentString<OverviewQuery, OverviewQueryVariables>;
export const TriedCollectionsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TriedCollections($after: String) {
  collections(first: 50, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...TriedCollection
      }
    }
  }
}
    fragment TriedCollection on Collection {
  id
  name
  access
  documentCount
  embeddingModel
  owner {
    id
    email
  }
}`) as unknown as TypedDocumentString<TriedCollectionsQuery, TriedCollectionsQueryVariables>;
export const TryRetrievalDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TryRetrieval($collectionIds: [ID!]!, $query: String!, $context: [String!], $first: Int!) {
  searchDocuments(
    collectionIds: $collectionIds
    query: $query
    context: $context
    first: $first
  ) {
    lanes
    hits {
      ...FoundPassage
    }
  }
}
    fragment FoundPassage on DocumentHit {
  fileName
  page
  heading
  quote
  score
  wordScore
  vectorScore
}`) as unknown as TypedDocumentString<TryRetrievalQuery, TryRetrievalQueryVariables>;
export const RoutingDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Routing {
  routingPolicies {
    name
    description
    isDefault
    strategy
    requires
    maxInputPrice
    maxOutputPrice
    latencyTargetMs
    costCeilingUsd
    defaultOutputTokens
    maxOutputTokens
    requestCacheSeconds
    similarCacheSeconds
    usesCuratedReplies
    cacheShare
    rules {
      ...Rule
    }
    updatedAt
    models {
      id
      displayName
    }
  }
  models(onlyUsable: false) {
    id
    displayName
  }
}
    fragment Rule on RoutingRule {
  complexity
  languages
  images
  tools
  moderation
  plans
  modelIds
  pool
  strict
}`) as unknown as TypedDocumentString<RoutingQuery, RoutingQueryVariables>;
export const TryRouteDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TryRoute($input: ExplainRouteInput!) {
  explainRoute(input: $input) {
    plan
    policy {
      name
    }
    complexity
    complexityReason
    language
    signals {
      rule
      points
    }
    rules {
      position
      verdict
      reason
    }
    candidates {
      verdict
      reason
      model {
        id
        displayName
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TryRouteQuery, TryRouteQueryVariables>;
export const UpsertRoutingPolicyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpsertRoutingPolicy($input: RoutingPolicyInput!) {
  upsertRoutingPolicy(input: $input) {
    name
  }
}
    `) as unknown as TypedDocumentString<UpsertRoutingPolicyMutation, UpsertRoutingPolicyMutationVariables>;
export const DeleteRoutingPolicyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteRoutingPolicy($name: String!) {
  deleteRoutingPolicy(name: $name)
}
    `) as unknown as TypedDocumentString<DeleteRoutingPolicyMutation, DeleteRoutingPolicyMutationVariables>;
export const TenantSettingsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TenantSettings {
  tenant {
    ...TenantState
    budget {
      ...BudgetState
    }
  }
}
    fragment BudgetState on Budget {
  monthlyUsd
  spentUsd
  reservedUsd
  resetsAt
}
fragment TenantState on Tenant {
  id
  name
  plan
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
      resetsAt
    }
    minute {
      limitTokens
      usedTokens
      resetsAt
    }
  }
}`) as unknown as TypedDocumentString<TenantSettingsQuery, TenantSettingsQueryVariables>;
export const RenameTenantDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RenameTenant($name: String!) {
  renameTenant(name: $name) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<RenameTenantMutation, RenameTenantMutationVariables>;
export const SetBudgetDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetBudget($monthlyUsd: Decimal) {
  setBudget(monthlyUsd: $monthlyUsd) {
    id
  }
}
    `) as unknown as TypedDocumentString<SetBudgetMutation, SetBudgetMutationVariables>;
export const SetTenantQuotaDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetTenantQuota($input: TenantQuotaInput!) {
  setTenantQuota(input: $input) {
    id
  }
}
    `) as unknown as TypedDocumentString<SetTenantQuotaMutation, SetTenantQuotaMutationVariables>;
export const GrantTenantQuotaDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation GrantTenantQuota($input: TenantQuotaInput!, $tenantId: ID) {
  grantTenantQuota(input: $input, tenantId: $tenantId) {
    id
  }
}
    `) as unknown as TypedDocumentString<GrantTenantQuotaMutation, GrantTenantQuotaMutationVariables>;
export const SetPlanDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetPlan($plan: PlanTier!) {
  setPlan(plan: $plan) {
    id
    plan
  }
}
    `) as unknown as TypedDocumentString<SetPlanMutation, SetPlanMutationVariables>;
export const SharingDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Sharing {
  sharingAllowed
}
    `) as unknown as TypedDocumentString<SharingQuery, SharingQueryVariables>;
export const SetSharingDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetSharing($isAllowed: Boolean!) {
  setSharing(isAllowed: $isAllowed)
}
    `) as unknown as TypedDocumentString<SetSharingMutation, SetSharingMutationVariables>;
export const ThresholdsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Thresholds {
  moderationPolicy {
    version
    thresholds {
      category
      flagAt
      blockAt
    }
    availableProviders
    input {
      providers
    }
    pii
    output {
      mode
      holdCharacters
      leastHoldCharacters
      providers
      thresholds {
        category
        flagAt
        blockAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ThresholdsQuery, ThresholdsQueryVariables>;
export const TryThresholdsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TryThresholds($content: String!, $stage: ModerationStage!, $thresholds: [CategoryThresholdInput!]!) {
  tryModeration(content: $content, stage: $stage, thresholds: $thresholds) {
    action
    categories {
      category
      score
    }
    shown
  }
}
    `) as unknown as TypedDocumentString<TryThresholdsQuery, TryThresholdsQueryVariables>;
export const SetThresholdsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetThresholds($input: ModerationPolicyInput!) {
  setModerationPolicy(input: $input) {
    version
    thresholds {
      category
      flagAt
      blockAt
    }
    output {
      mode
      holdCharacters
      leastHoldCharacters
      thresholds {
        category
        flagAt
        blockAt
      }
    }
    pii
  }
}
    `) as unknown as TypedDocumentString<SetThresholdsMutation, SetThresholdsMutationVariables>;
export const ToolCallsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ToolCalls($filter: ToolCallFilter!, $after: String) {
  toolCalls(first: 20, after: $after, filter: $filter) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...ToolCallRow
      }
    }
  }
}
    fragment ToolCallRow on RecordedToolCall {
  id
  messageId
  tool
  mcpServer
  status
  decision
  calledAt
  durationMs
  argumentBytes
  resultBytes
  user {
    id
    email
  }
}`) as unknown as TypedDocumentString<ToolCallsQuery, ToolCallsQueryVariables>;
export const ToolsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Tools {
  tools {
    name
    description
    parameters
    url
    timeoutMs
    enabled
    approval
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<ToolsQuery, ToolsQueryVariables>;
export const UpsertToolDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpsertTool($input: ToolInput!) {
  upsertTool(input: $input) {
    secret
    tool {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<UpsertToolMutation, UpsertToolMutationVariables>;
export const RotateToolSecretDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RotateToolSecret($name: String!) {
  rotateToolSecret(name: $name) {
    secret
    tool {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<RotateToolSecretMutation, RotateToolSecretMutationVariables>;
export const DeleteToolDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteTool($name: String!) {
  deleteTool(name: $name)
}
    `) as unknown as TypedDocumentString<DeleteToolMutation, DeleteToolMutationVariables>;
export const UsageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Usage($range: UsageRangeInput!, $groupBy: UsageGroupBy!, $first: Int!) {
  usageReport(range: $range, groupBy: $groupBy, first: $first) {
    totals {
      ...Totals
      embeddingUsd
      storageUsd
    }
    groups {
      key
      model {
        displayName
      }
      user {
        email
      }
      conversation {
        title
      }
      totals {
        ...Totals
      }
    }
  }
}
    fragment Totals on UsageTotals {
  generations
  inputTokens
  cachedInputTokens
  outputTokens
  reasoningTokens
  costUsd
}`) as unknown as TypedDocumentString<UsageQuery, UsageQueryVariables>;
export const TenantUsageChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription TenantUsageChanged {
  tenantUsageChanged {
    id
  }
}
    `) as unknown as TypedDocumentString<TenantUsageChangedSubscription, TenantUsageChangedSubscriptionVariables>;
export const UserAccessDocument = /*#__PURE__*/ new TypedDocumentString(`
    query UserAccess($userId: ID!) {
  sessions(userId: $userId) {
    id
    createdAt
    lastUsedAt
    userAgent
    address
    current
  }
  apiKeys(userId: $userId, first: 100) {
    edges {
      node {
        id
        name
        prefix
        roles
        scopes
        createdAt
        expiresAt
        lastUsedAt
        revokedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UserAccessQuery, UserAccessQueryVariables>;
export const UserActivityDocument = /*#__PURE__*/ new TypedDocumentString(`
    query UserActivity($range: UsageRangeInput!) {
  usageReport(range: $range, groupBy: USER, first: 1000) {
    groups {
      key
      totals {
        generations
        costUsd
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UserActivityQuery, UserActivityQueryVariables>;
export const UsersDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Users($after: String) {
  tenant {
    users(first: 50, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...UserRow
        }
      }
    }
  }
}
    fragment UserRow on User {
  id
  email
  role
  assignedRole
  isActive
  deletedAt
  createdAt
  quota {
    day {
      limitTokens
      usedTokens
    }
    minute {
      limitTokens
      usedTokens
    }
  }
}`) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;