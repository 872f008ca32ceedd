/**
 * The job of an assistant message: the route that admission chose, and the branch above it, newest messages first chosen until the
 * largest context window is surely full. The worker cuts it exactly, by the model's own tokens.
 */
import type { EntityManager } from '@mikro-orm/sql';
import type { GenerationJob, PromptMessage } from '#kernel/messages/generation-job.ts';
import { readBranch } from '../branch.ts';
import type { Conversation, Generation, Message } from '../entities.ts';

/** Characters a token has at most in running text: more than the 4 of English, so that enough history is sent. */
const charactersPerToken = 6;
/** Messages of history at most. */
const maxHistory = 500;

/** Answers that are worth showing to the model. */
const isPrompt = (message: Message): boolean => message.content.length > 0 && message.status !== 'BLOCKED';

/** @param question the message that the assistant message answers: its parent. */
export const buildJob = async (
  em: EntityManager,
  conversation: Conversation,
  question: Message,
  assistant: { readonly id: string; readonly generation: Generation },
): Promise<GenerationJob> => {
  const { generation } = assistant;
  // By the question's parent: the question itself may not be in the table yet.
  const above =
    question.parentId == null
      ? []
      : await readBranch(em, question.parentId, question.depth - maxHistory, question.depth - 1);
  const budget = charactersPerToken * Math.max(...generation.candidates.map((candidate) => candidate.contextWindow));
  const history: PromptMessage[] = [];
  let characters = 0;
  for (const message of [question, ...above.toReversed()]) {
    characters += message.content.length;
    if (history.length > 0 && characters > budget) break;
    if (isPrompt(message)) history.push({ role: message.role, content: message.content });
  }
  if (conversation.systemPrompt) history.push({ role: 'SYSTEM', content: conversation.systemPrompt });
  return {
    kind: 'reply',
    tenantId: conversation.tenantId,
    userId: generation.userId,
    conversationId: conversation.id,
    messageId: assistant.id,
    history: history.reverse(),
    candidates: [...generation.candidates],
    maxOutputTokens: generation.maxOutputTokens,
    temperature: generation.temperature,
    admittedAt: Date.now(),
  };
};
