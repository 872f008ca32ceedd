/**
 * Builds the job of a reply: the route that admission chose, and the branch above the reply. Of the branch it takes the
 * newest messages that surely fill the largest context window; the worker cuts exactly, by the tokens of its model.
 */
import type { GenerationJob, PromptMessage } from '#contracts/generation-job.ts';
import { formatInstruction, type ResponseFormat } from '#contracts/response-format.ts';
import { traceHeaders } from '#kernel/telemetry/tracing.ts';
import type { Generation } from '../entities.ts';
import { attachedCharacters, shareOutAttachments } from '../prompts/attached-text.ts';
import { type BranchMessage, isShownToModel } from '../prompts/branch-message.ts';

/** Most characters of a token in running text. More than the 4 of English, so that enough history is sent. */
const charactersPerToken = 6;
/** Most messages of history. */
export const maxHistory = 500;
/** Most bytes of history, give or take a message: a million tokens of English, which is the largest window there is. */
export const maxHistoryBytes = 4_000_000;

export interface JobInput {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly systemPrompt: string | null | undefined;
  /** Of the turns before the branch; undefined where the branch begins at its root, or is cut. */
  readonly summary?: string | undefined;
  /** The branch above the reply, oldest first, behind the summary; its last message is the question. */
  readonly branch: readonly BranchMessage[];
  readonly replyId: string;
  /** The log id of the reply where it differs from `replyId`. */
  readonly logId?: string | undefined;
  readonly generation: Generation;
}

/** Undefined for text. */
const formatOf = ({ responseFormat: type, responseSchema: schema }: Generation): ResponseFormat | undefined => {
  if (type === 'JSON_SCHEMA' && schema !== undefined) return { type, schema };
  return type === undefined ? undefined : { type: 'JSON' };
};

export const buildJob = (input: JobInput): GenerationJob => {
  const { generation, branch, systemPrompt, summary } = input;
  const budget = charactersPerToken * Math.max(...generation.candidates.map((candidate) => candidate.contextWindow));
  const history: PromptMessage[] = [];
  const attached = shareOutAttachments(branch, attachedCharacters(generation.candidates));
  let characters = 0;
  for (let place = branch.length - 1; place >= 0; place -= 1) {
    const message = branch[place];
    if (message === undefined) break;
    characters += message.content.length;
    if (history.length > 0 && characters > budget) break;
    const { role, content } = message;
    const attachments = attached.get(place);
    if (isShownToModel(message)) history.push({ role, content, ...(attachments && { attachments: [...attachments] }) });
  }
  if (summary) history.push({ role: 'USER', content: summary, isSummary: true });
  const responseFormat = formatOf(generation);
  if (responseFormat) history.push({ role: 'SYSTEM', content: formatInstruction(responseFormat) });
  if (systemPrompt) history.push({ role: 'SYSTEM', content: systemPrompt });
  return {
    kind: 'reply',
    tenantId: input.tenantId,
    userId: generation.userId,
    conversationId: input.conversationId,
    messageId: input.replyId,
    logId: input.logId,
    history: history.reverse(),
    candidates: [...generation.candidates],
    tools: generation.tools && [...generation.tools],
    maxOutputTokens: generation.maxOutputTokens,
    temperature: generation.temperature,
    reasoningEffort: generation.reasoningEffort,
    outputModeration: generation.outputModeration,
    pii: generation.pii,
    reuse: generation.reuse,
    retrieval: generation.retrieval,
    documents: generation.documents,
    responseFormat,
    admittedAt: Date.now(),
    requestId: generation.requestId,
    ...traceHeaders(),
  };
};
