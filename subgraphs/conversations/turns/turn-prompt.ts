/** The prompt of a turn, as far as admission knows it: the branch above the reply, and how large all of it is. */
import type { Retrieval } from '#contracts/passages.ts';
import type { BranchMessage } from '../prompts/branch-message.ts';
import { type PromptSize, sizeOfPrompt } from './prompt-size.ts';
import type { TurnContext } from './read-turn-context.ts';
import { sizeOfPassages } from './retrieve-passages.ts';
import type { TurnRequest } from './turn-request.ts';
import { instructionsOf } from './turn-terms.ts';

/** The branch above the reply: the history, and the question where it is new. */
export const branchOf = ({ question, attachments }: TurnRequest, { history }: TurnContext): readonly BranchMessage[] =>
  typeof question === 'string'
    ? [...history, { role: 'USER', content: question, status: 'COMPLETED', attachments }]
    : history;

/** The whole prompt without its tools. */
export const promptSizeOf = (
  request: TurnRequest,
  context: TurnContext,
  retrieval: Retrieval | undefined,
): PromptSize => {
  const size = sizeOfPrompt(instructionsOf(request, context), branchOf(request, context), context.summary);
  const passages = sizeOfPassages(retrieval);
  return { ...size, likely: size.likely + passages.likely, most: size.most + passages.most };
};
