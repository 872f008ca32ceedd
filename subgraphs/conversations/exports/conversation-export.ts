/**
 * The file of one conversation in its format. Where people read it (Markdown, HTML) and its questions carry files, it
 * is an archive of the text and these files, and the text links to them.
 */
import { z } from 'zod';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Conversation } from '../entities.ts';
import type { OwnFile, OwnFiles } from '../files/own-files.ts';
import type { ExportFormat } from '../transfer-entities.ts';
import { archivePath, fileEntries } from './file-entries.ts';
import { closeRecords, type ExportContext, openRecords, writeRecord } from './json-export.ts';
import { writeText } from './text-export.ts';
import { type ZipEntry, zipStream } from './zip-stream.ts';

export interface ExportFile {
  readonly chunks: AsyncIterable<string | Buffer>;
  readonly fileName: string;
  readonly mediaType: string;
}

export interface ConversationExportContext extends ExportContext {
  readonly files: Pick<OwnFiles, 'ready'>;
  readonly blobs: Pick<Blobs, 'getStream'>;
}

const kindsOfFile = {
  MARKDOWN: { extension: 'md', mediaType: 'text/markdown; charset=utf-8' },
  HTML: { extension: 'html', mediaType: 'text/html; charset=utf-8' },
} as const;

/** A name for the file: of the title, in characters that every system can store. */
const fileNameOf = ({ title, createdAt }: Conversation): string => {
  const name = (title ?? '')
    .replaceAll(/[\p{C}/\\:*?"<>|.]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 80);
  return name.toWellFormed() || `conversation ${createdAt.toISOString().slice(0, 10)}`;
};

async function* jsonFile(context: ExportContext, conversation: Conversation): AsyncGenerator<string> {
  yield openRecords();
  yield* writeRecord(context, conversation);
  yield closeRecords;
}

const attachedSql = `
  select distinct attached ->> 'fileId' as id
  from conversations.messages m, jsonb_array_elements(m.attachments) attached
  where m.conversation_id = ? and jsonb_typeof(m.attachments) = 'array'`;
const attachedSchema = z.array(z.object({ id: z.uuid() }));

/** The files that the questions carry and the user still has, by id. */
const attachedFiles = async (
  { services, identity, files }: ConversationExportContext,
  conversation: Conversation,
): Promise<ReadonlyMap<string, OwnFile>> => {
  const em = services.database.forTenant(identity.tenantId);
  const attached = attachedSchema.parse(await em.execute(attachedSql, [conversation.id]));
  const ready = await files.ready(
    identity,
    attached.map(({ id }) => id),
  );
  return new Map(ready.map((file) => [file.id, file]));
};

async function* textAndFiles(
  { blobs, identity }: ConversationExportContext,
  text: ZipEntry,
  files: Iterable<OwnFile>,
): AsyncGenerator<ZipEntry> {
  yield text;
  yield* fileEntries({ blobs, tenantId: identity.tenantId }, files);
}

/** @param language of the words around the texts */
export const conversationFile = async (
  context: ConversationExportContext,
  conversation: Conversation,
  { format, language }: { readonly format: ExportFormat; readonly language: string },
): Promise<ExportFile> => {
  const name = fileNameOf(conversation);
  if (format === 'JSON') {
    return { chunks: jsonFile(context, conversation), mediaType: 'application/json', fileName: `${name}.json` };
  }
  const { extension, mediaType } = kindsOfFile[format];
  const files = await attachedFiles(context, conversation);
  const pathOf = (fileId: string): string | undefined => {
    const file = files.get(fileId);
    return file && archivePath(file);
  };
  const text = { name: `${name}.${extension}`, chunks: writeText(context, conversation, { format, language, pathOf }) };
  if (files.size === 0) return { chunks: text.chunks, mediaType, fileName: text.name };
  const entries = textAndFiles(context, { ...text, at: new Date() }, files.values());
  return { chunks: zipStream(entries), mediaType: 'application/zip', fileName: `${name}.zip` };
};
