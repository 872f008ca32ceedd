/** What files are, and what can become of them: the words that knowledge, workers and clients share. */

/** IMAGE: models with VISION see it. DOCUMENT: pages of text. TEXT: plain text or source code. DATA: rows or JSON. */
export const fileKinds = ['IMAGE', 'DOCUMENT', 'TEXT', 'DATA'] as const;
export type FileKind = (typeof fileKinds)[number];

export const fileStatuses = ['AWAITING_UPLOAD', 'PROCESSING', 'READY', 'FAILED', 'DELETED'] as const;
export type FileStatus = (typeof fileStatuses)[number];

/** Why a file cannot be used. */
export const fileFailureCodes = [
  'NO_TEXT',
  'UNSUPPORTED_TYPE',
  'TOO_LARGE',
  'ENCRYPTED',
  'INFECTED',
  'DAMAGED',
] as const;
export type FileFailureCode = (typeof fileFailureCodes)[number];

/** CONTENT is read by models and people. IMPORT is only checked and kept, for `importConversations`. */
export const filePurposes = ['CONTENT', 'IMPORT'] as const;
export type FilePurpose = (typeof filePurposes)[number];

/** Files of one message. */
export const maxAttachments = 10;

/** The name of a file in prompts and lists after its owner has deleted it. */
export const deletedFileName = '[file deleted]';

/** The topic of signals that a file of a user has changed. The payload is empty: readers read the file again. */
export const fileChangedTopic = (tenantId: string, fileId: string): string => `file-changed:${tenantId}:${fileId}`;
