/**
 * How much of attached files a prompt has: the texts of the newest messages first, whole where they fit. Invariant: all
 * of them together leave half of the smallest window to the conversation and the reply, and the same branch gives the
 * same shares.
 */
import { maxAttachedPictures, type PromptAttachment, type RouteCandidate } from '#contracts/generation-job.ts';
import type { MessageAttachment } from '../entities.ts';
import type { BranchMessage } from './branch-message.ts';

/** Characters per token: OpenAI's rule of thumb for English. */
const charactersPerToken = 4;
/** Of the window. */
const textShare = 0.5;

/** Characters of attached text that prompts for these models may have. */
export const attachedCharacters = (candidates: readonly Pick<RouteCandidate, 'contextWindow'>[]): number =>
  Math.floor(Math.min(...candidates.map(({ contextWindow }) => contextWindow)) * textShare) * charactersPerToken;

/** What the messages of a branch carry, by their places. */
export const shareOutAttachments = (
  branch: readonly Pick<BranchMessage, 'attachments'>[],
  characters: number,
): ReadonlyMap<number, readonly PromptAttachment[]> => {
  const shared = new Map<number, readonly PromptAttachment[]>();
  let left = characters;
  let pictures = maxAttachedPictures;
  const take = ({ textLength, ...file }: MessageAttachment): readonly PromptAttachment[] => {
    if (textLength === null) {
      pictures -= 1;
      return pictures < 0 ? [] : [file];
    }
    const taken = Math.min(left, textLength);
    left -= taken;
    return [{ ...file, characters: taken }];
  };
  for (let place = branch.length - 1; place >= 0; place -= 1) {
    const attachments = branch[place]?.attachments;
    if (attachments) shared.set(place, attachments.flatMap(take));
  }
  return shared;
};
