/**
 * Loads what the messages of a job carry from the blob store, once for all candidates. Invariants: what is loaded is
 * bounded by the job, which says how many characters and pictures a prompt has space for; of a file that does not fit,
 * what belongs to the question is shown, and the same job gives the same bytes; a blob that is gone was deleted by its
 * owner, and the prompt says so.
 */
import { modelImageKey, textKey } from '#contracts/blob-keys.ts';
import { type ExtractedPage, extractedTextSchema } from '#contracts/extracted-text.ts';
import { maxAttachedPictures, type PromptAttachment, type PromptMessage } from '#contracts/generation-job.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import { cutPassages, joinPassages, pageLabel } from './cut-passages.ts';
import { type FileQuestion, fileQuestionOf, rankPassages } from './rank-passages.ts';
import { selectPassages } from './select-passages.ts';

/** What a prompt has of a file: its text, its picture (JPEG), or that it is gone. */
export type LoadedAttachment =
  | { readonly name: string; readonly text: string; readonly excerpt?: Excerpt | undefined }
  | { readonly name: string; readonly picture: Uint8Array }
  | { readonly isDeleted: true };

/** Of a file that is not shown whole: characters that are shown, of so many. */
export interface Excerpt {
  readonly shown: number;
  readonly of: number;
}

/** A message of the history with what it carries. */
export type LoadedMessage = PromptMessage & { readonly loaded?: readonly LoadedAttachment[] };

/** Bytes of one picture as models get it; workers make smaller ones. */
const maxPictureBytes = 8 * 1_048_576;

/** Characters of a passage at most, and as a share of the space. */
const longestPassage = 1_200;
const passageShare = 1 / 6;
/** Less space has the beginning of a file and nothing else. */
const leastSpace = 200;
/** Characters of all texts of a job that are compared with the question: twice the longest text of a file. */
const mostRanked = 8_000_000;

const textLength = ({ heading = '', text }: ExtractedPage): number => text.length + heading.length;
const lengthOf = (pages: readonly ExtractedPage[]): number => pages.reduce((sum, page) => sum + textLength(page), 0);

/** A file that fits. Numbers of pages and the like are beyond what the job counted, and have a bound of their own. */
const wholeText = (pages: readonly ExtractedPage[], space: number): string | undefined => {
  if (lengthOf(pages) > space) return undefined;
  const text = pages.map((page) => pageLabel(page) + page.text).join('\n\n');
  return text.length <= 2 * space ? text : undefined;
};

/** What a job has compared with its question so far. */
interface Ranking {
  readonly question: FileQuestion;
  characters: number;
}

const loadText = async (blob: Uint8Array, space: number, ranking: Ranking) => {
  const { pages } = extractedTextSchema.parse(JSON.parse(Buffer.from(blob).toString()));
  const text = wholeText(pages, space);
  if (text !== undefined) return { text };
  const of = lengthOf(pages);
  if (space < leastSpace) {
    const beginning = (pages[0]?.text ?? '').slice(0, space).toWellFormed();
    return { text: beginning, excerpt: { shown: beginning.length, of } };
  }
  const passages = cutPassages(pages, Math.min(longestPassage, Math.ceil(space * passageShare)));
  ranking.characters += of;
  const scores = ranking.characters <= mostRanked ? await rankPassages(passages, ranking.question) : [];
  const shown = joinPassages(passages, selectPassages(passages, scores, space));
  return { text: shown, excerpt: { shown: Math.min(shown.length, of), of } };
};

const load = async (
  blobs: Blobs,
  tenantId: string,
  { fileId, name, kind, characters = 0 }: PromptAttachment,
  ranking: Ranking,
): Promise<LoadedAttachment> => {
  const owner = { tenantId, fileId };
  try {
    if (kind !== 'IMAGE') return { name, ...(await loadText(await blobs.get(textKey(owner)), characters, ranking)) };
    const picture = await blobs.get(modelImageKey(owner));
    if (picture.length > maxPictureBytes) throw new Error(`the picture ${fileId} has ${picture.length} bytes`);
    return { name, picture };
  } catch (fault) {
    if (fault instanceof AppError && fault.code === 'NOT_FOUND') return { isDeleted: true };
    throw fault;
  }
};

/** Rejects with the fault of a blob store that does not respond. */
export const loadAttachments = async (
  blobs: Blobs,
  { tenantId, history }: { readonly tenantId: string; readonly history: readonly PromptMessage[] },
): Promise<readonly LoadedMessage[]> => {
  const ranking: Ranking = { question: fileQuestionOf(history), characters: 0 };
  let pictures = 0;
  const loaded: LoadedMessage[] = [];
  for (const message of history) {
    const attachments: LoadedAttachment[] = [];
    for (const attachment of message.attachments ?? []) {
      if (attachment.kind === 'IMAGE') pictures += 1;
      if (pictures <= maxAttachedPictures) attachments.push(await load(blobs, tenantId, attachment, ranking));
    }
    loaded.push(attachments.length === 0 ? message : { ...message, loaded: attachments });
  }
  return loaded;
};
