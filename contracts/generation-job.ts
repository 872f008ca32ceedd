/**
 * Jobs, which conversations publishes on a `generations.<pool>` queue and a worker takes. A job carries everything that
 * the prompt needs, so a worker depends only on the broker, the stream log and the model. The broker id of a job is its
 * log id.
 */
import { z } from 'zod';
import { fileKinds } from './files.ts';
import { outputModerationSchema } from './moderation/output-moderation.ts';
import { retrievalSchema } from './passages.ts';
import { piiPolicies } from './pii/pii-policy.ts';
import { pools } from './pools.ts';
import { responseFormatSchema } from './response-format.ts';
import { reuseTermsSchema } from './reuse.ts';
import { toolDecisions } from './stream-event.ts';
import { streamEventSchema } from './stream-event-schema.ts';
import { tokenUsageSchema } from './token-usage.ts';
import { neededApprovals } from './tool-approval.ts';

/**
 * Steps of one reply in which a model may call tools: enough for a search that is refined, and an end for a model that
 * goes in circles. Workers stop there, and admission reserves for as many.
 */
export const maxToolSteps = 8;

export const modelCapabilities = ['TOOLS', 'VISION', 'JSON', 'PREFILL', 'EMBEDDING'] as const;

/** How much a model is asked to think before it replies. */
export const reasoningEfforts = ['NONE', 'LOW', 'MEDIUM', 'HIGH'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** Tokens for the thoughts, on top of those for the reply. */
export const reasoningBudgets: Readonly<Record<ReasoningEffort, number>> = {
  NONE: 0,
  LOW: 2_048,
  MEDIUM: 8_192,
  HIGH: 24_576,
};

/** What a client chose of the length of a reply. */
export interface ReplyLength {
  readonly maxOutputTokens?: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
}

/** Tokens that a model may write in a whole reply, thoughts included. Workers ask for as many as admission reserves. */
export const outputTokensOf = (
  { maxOutputTokens: most }: Pick<RouteCandidate, 'maxOutputTokens'>,
  { maxOutputTokens = most, reasoningEffort = 'NONE' }: ReplyLength,
): number => Math.min(most, maxOutputTokens + reasoningBudgets[reasoningEffort]);

/** USD per million tokens at the admission of the message, as exact decimals in strings. */
export const priceSchema = z.object({
  input: z.string(),
  /** Of tokens of the prompt that the provider read from its cache. */
  cachedInput: z.string(),
  /** Of tokens of the prompt that the provider wrote to its cache; absent where they cost the same as `input`. */
  cacheWrite: z.string().optional(),
  output: z.string(),
});

/** One model that may write the reply. */
export const routeCandidateSchema = z.object({
  modelId: z.string(),
  provider: z.string(),
  pool: z.enum(pools),
  contextWindow: z.int().positive(),
  maxOutputTokens: z.int().positive(),
  capabilities: z.array(z.enum(modelCapabilities)),
  price: priceSchema,
});
export type RouteCandidate = z.infer<typeof routeCandidateSchema>;

/** Pictures of one prompt; the newest ones count. */
export const maxAttachedPictures = 8;

/**
 * A file that a user attached to a message. The bytes stay in the blob store, under the keys that
 * `contracts/blob-keys.ts` makes of the job's tenant and this id; a blob that is gone was deleted.
 */
export const promptAttachmentSchema = z.object({
  fileId: z.uuid(),
  name: z.string(),
  kind: z.enum(fileKinds),
  /** Characters of its text that the prompt has room for, from the beginning; absent for a picture. */
  characters: z.int().nonnegative().optional(),
});
export type PromptAttachment = z.infer<typeof promptAttachmentSchema>;

const promptMessageSchema = z.object({
  role: z.enum(['SYSTEM', 'USER', 'ASSISTANT', 'TOOL']),
  content: z.string(),
  /**
   * The content is a summary of the turns before the next message, which are not in the history. Absent: it is not.
   * A worker of an older version takes it for a message of the user.
   */
  isSummary: z.boolean().optional(),
  /** Absent where there are none. A worker of an older version leaves them out. */
  attachments: z.array(promptAttachmentSchema).optional(),
});
export type PromptMessage = z.infer<typeof promptMessageSchema>;

/** An HTTP endpoint of the tenant, or a tool of its MCP server, that a model may call while it writes a reply. */
export const toolSchema = z.object({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  /** What it does and when to call it: the model reads this. */
  description: z.string(),
  /** JSON Schema of the arguments, which are an object. */
  parameters: z.record(z.string(), z.json()),
  /** Called with POST. http or https, without credentials. */
  url: z.string(),
  /** Milliseconds that one call may take. */
  timeoutMs: z.int().positive(),
  /**
   * Signs the calls, by Standard Webhooks: `whsec_` and the key in base64. Sealed for `toolSecretPurpose` where models
   * has a key for that.
   */
  secret: z.string(),
  /**
   * Present where the tool is one of an MCP server: `url` is that of the server, and `secret` the JSON text of its
   * credentials (mcp-credentials.ts), sealed for `mcpCredentialsPurpose`.
   */
  mcp: z
    .object({
      /** The tenant's name for the server. */
      server: z.string(),
      /** The server's name for the tool. */
      tool: z.string(),
    })
    .optional(),
  /** When the user has to allow a call; absent: never. A worker of an older version calls without asking. */
  approval: z.enum(neededApprovals).optional(),
});
export type Tool = z.infer<typeof toolSchema>;

/** What every kind of job has. */
const jobFields = {
  tenantId: z.string(),
  userId: z.string(),
  conversationId: z.string(),
  /** The assistant message of a reply; otherwise a fresh id, under which the ledger keeps the cost. */
  messageId: z.string(),
  /** Oldest first; ends with the message to reply to. The worker cuts it to the context window. */
  history: z.array(promptMessageSchema),
  /** Best first. The worker asks the first one whose model it serves. */
  candidates: z.array(routeCandidateSchema).min(1),
  /** Milliseconds since the epoch at which the message was admitted, for the queue wait. */
  admittedAt: z.number(),
  /** How the text of the model is screened before it is shown; absent: it is not. */
  outputModeration: outputModerationSchema.optional(),
  /** What models may read of data about people. Absent: everything. A worker of an older version masks nothing. */
  pii: z.enum(piiPolicies).optional(),
  traceparent: z.string().optional(),
  /** The client's request that asked for the reply, as log lines name it. */
  requestId: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional()
    .catch(undefined),
};

/** A reply as it was when its worker left it, until a person had decided about calls of tools. */
const parkedReplySchema = z.object({
  /** Of the log, which is restored from here where the store has lost it. */
  attempt: z.int().positive(),
  lastSeq: z.int().nonnegative(),
  /** The entries of the log, as the stream log has them. */
  entries: z.array(z.object({ seq: z.int(), event: streamEventSchema })),
  /** The tokens of each part of the reply so far, in the order of the log, for the bill. */
  usages: z.array(tokenUsageSchema),
  /** Milliseconds since the epoch at which the reply went on, for the queue wait; absent while it waits. */
  resumedAt: z.number().optional(),
  /** By the ids of the calls. */
  decisions: z.record(z.string(), z.enum(toolDecisions)).default({}),
});

/** Writes a reply. */
export const replyJobSchema = z.object({
  kind: z.literal('reply'),
  ...jobFields,
  /**
   * The reply's name in the stream log and at the broker where that is not `messageId`: another tenant has a message of
   * the same id. Rare.
   */
  logId: z.string().optional(),
  /** What candidates with the capability TOOLS may call; absent where there are none. */
  tools: z.array(toolSchema).optional(),
  maxOutputTokens: z.int().positive().optional(),
  temperature: z.number().min(0).max(2).optional(),
  /** Absent: as the model does by itself. */
  reasoningEffort: z.enum(reasoningEfforts).optional(),
  /** On which terms the reply may be one that was written before; absent: a model is asked. */
  reuse: reuseTermsSchema.optional(),
  /** What was found in the documents that the reply may draw on. Absent: it draws on none. */
  retrieval: retrievalSchema.optional(),
  /**
   * Where the model may search further, in the name of the user; absent: nowhere. A worker of an older version offers
   * no search.
   */
  documents: z.object({ collectionIds: z.array(z.string()).min(1).max(20) }).optional(),
  /** What the worker checks the reply against; the history asks for it in words. Absent: text. */
  responseFormat: responseFormatSchema.optional(),
  /** For a job that was returned (broker-events.ts) and is published again: how often it was delivered until then. */
  deliveredBefore: z.int().positive().optional(),
  /** The outbox may have published another copy of this job, which may have ended the reply. Default: false. */
  publishedBefore: z.boolean().optional(),
  /**
   * The user asked to stop before the job was published: no model is asked. The stream log reports later requests to
   * stop. Default: false.
   */
  stopRequested: z.boolean().optional(),
  /** Present where the reply waited for decisions and goes on. */
  parked: parkedReplySchema.optional(),
});
export type ReplyJob = z.infer<typeof replyJobSchema>;

/** Milliseconds since the epoch from which a job waits for a worker. */
export const queuedAtOf = ({ parked, admittedAt }: ReplyJob): number => parked?.resumedAt ?? admittedAt;

/** Names a conversation and streams nothing. */
export const titleJobSchema = z.object({ kind: z.literal('title'), ...jobFields });
export type TitleJob = z.infer<typeof titleJobSchema>;

/**
 * Makes the summary by which later prompts replace older turns, and streams nothing. The history is the summary before,
 * where there is one, and the turns since.
 */
export const summaryJobSchema = z.object({
  kind: z.literal('summary'),
  ...jobFields,
  /** The turns of the history, oldest first: the last message of each, and how many messages of the history it has. */
  turns: z.array(z.object({ lastMessageId: z.uuid(), messages: z.int().positive() })).min(1),
  /** Tokens that the summary has at most. */
  maxOutputTokens: z.int().positive(),
  /** What this kind of summary is called in the table; echoed in the result. */
  promptVersion: z.int().positive(),
});
export type SummaryJob = z.infer<typeof summaryJobSchema>;

export const generationJobSchema = z.discriminatedUnion('kind', [replyJobSchema, titleJobSchema, summaryJobSchema]);
export type GenerationJob = z.infer<typeof generationJobSchema>;

/** The name by which the broker knows a job and its result, and the stream log the reply of one. */
export const logIdOfJob = ({
  logId,
  messageId,
}: {
  readonly logId?: string | undefined;
  readonly messageId: string;
}): string => logId ?? messageId;
