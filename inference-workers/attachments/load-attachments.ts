/**
 * Loads what the messages of a job carry from the blob store, once for all candidates. Invariant: what is loaded is
 * bounded by the job, which says how many characters and pictures a prompt has room for; a blob that is gone was
 * deleted by its owner, and the prompt says so.
 */
import { modelImageKey, textKey } from '#contracts/blob-keys.ts';
import { type ExtractedPage, extractedTextSchema } from '#contracts/extracted-text.ts';
import { maxAttachedPictures, type PromptAttachment, type PromptMessage } from '#contracts/generation-job.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';

/** What a prompt has of a file: its text, its picture (JPEG), or that it is gone. */
export type LoadedAttachment =
  | { readonly name: string; readonly text: string; readonly isWhole: boolean }
  | { readonly name: string; readonly picture: Uint8Array }
  | { readonly isDeleted: true };

/** A message of the history with what it carries. */
export type LoadedMessage = PromptMessage & { readonly loaded?: readonly LoadedAttachment[] };

/** Bytes of one picture as models get it; workers make smaller ones. */
const maxPictureBytes = 8 * 1_048_576;

/** A page as the model reads it, with the number by which people find it. */
const pageText = ({ page, heading, text }: ExtractedPage): string =>
  [page === null ? '' : `[page ${page}]`, heading ?? '', text].filter((part) => part !== '').join('\n');

const textOf = async (blobs: Blobs, key: string, characters: number) => {
  const { pages } = extractedTextSchema.parse(JSON.parse(Buffer.from(await blobs.get(key)).toString()));
  const shown: string[] = [];
  // What stands around the pages is beyond what the job counted, and small.
  let left = characters;
  for (const page of pages) {
    const length = page.text.length + (page.heading?.length ?? 0);
    if (length > left) {
      shown.push(pageText({ ...page, text: page.text.slice(0, left).toWellFormed() }));
      return { text: shown.join('\n\n'), isWhole: false };
    }
    shown.push(pageText(page));
    left -= length;
  }
  return { text: shown.join('\n\n'), isWhole: true };
};

const load = async (
  blobs: Blobs,
  tenantId: string,
  { fileId, name, kind, characters = 0 }: PromptAttachment,
): Promise<LoadedAttachment> => {
  const owner = { tenantId, fileId };
  try {
    if (kind !== 'IMAGE') return { name, ...(await textOf(blobs, textKey(owner), characters)) };
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
  let pictures = 0;
  const loaded: LoadedMessage[] = [];
  for (const message of history) {
    const attachments: LoadedAttachment[] = [];
    for (const attachment of message.attachments ?? []) {
      if (attachment.kind === 'IMAGE') pictures += 1;
      if (pictures <= maxAttachedPictures) attachments.push(await load(blobs, tenantId, attachment));
    }
    loaded.push(attachments.length === 0 ? message : { ...message, loaded: attachments });
  }
  return loaded;
};
