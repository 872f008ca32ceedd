/**
 * How much of attached files a prompt has: the texts of the newest messages first, whole where they fit; those of one
 * message that do not fit get equal shares. Invariant: all of them together leave half of the smallest window to the
 * conversation and the reply, and the same branch gives the same shares.
 */
import { maxAttachedPictures, type PromptAttachment, type RouteCandidate } from '#contracts/generation-job.ts';
import type { BranchMessage } from './branch-message.ts';

/** Characters per token: OpenAI's rule of thumb for English. */
const charactersPerToken = 4;
/** Of the window. */
const textShare = 0.5;

/** Characters of attached text that prompts for these models may have. */
export const attachedCharacters = (candidates: readonly Pick<RouteCandidate, 'contextWindow'>[]): number =>
  Math.floor(Math.min(...candidates.map(({ contextWindow }) => contextWindow)) * textShare) * charactersPerToken;

/** The characters of each text: a short one whole, and what it leaves to the longer ones. */
const sharesOf = (lengths: readonly number[], characters: number): readonly number[] => {
  const shares = lengths.map(() => 0);
  let left = characters;
  const shortestFirst = [...lengths.entries()].toSorted(([, one], [, other]) => one - other);
  for (const [index, [place, length]] of shortestFirst.entries()) {
    const share = Math.min(length, Math.floor(left / (lengths.length - index)));
    shares[place] = share;
    left -= share;
  }
  return shares;
};

/** What the messages of a branch carry, by their places. */
export const shareOutAttachments = (
  branch: readonly Pick<BranchMessage, 'attachments'>[],
  characters: number,
): ReadonlyMap<number, readonly PromptAttachment[]> => {
  const shared = new Map<number, readonly PromptAttachment[]>();
  let left = characters;
  let pictures = maxAttachedPictures;
  for (let place = branch.length - 1; place >= 0; place -= 1) {
    const attachments = branch[place]?.attachments;
    if (!attachments) continue;
    const shares = sharesOf(
      attachments.map(({ textLength }) => textLength ?? 0),
      left,
    );
    const taken: PromptAttachment[] = [];
    for (const [index, { textLength, ...file }] of attachments.entries()) {
      if (textLength === null) pictures -= 1;
      else taken.push({ ...file, characters: shares[index] ?? 0 });
      if (textLength === null && pictures >= 0) taken.push(file);
    }
    left -= shares.reduce((sum, share) => sum + share, 0);
    shared.set(place, taken);
  }
  return shared;
};
