/**
 * The type File and what it is made of. Invariant: a reference to a file that is gone, or not the reader's, resolves to
 * a file with status DELETED and without a name, so that what once named a file can still be read; both look the same.
 */
import {
  deletedFileName,
  type FileFailureCode,
  type FileKind,
  type FilePurpose,
  type FileStatus,
} from '#contracts/files.ts';
import type { StoredFile } from '../entities.ts';
import { signDownload, signPreview } from '../files/sign-links.ts';
import type { KnowledgeBuilder } from './builder.ts';

/** A file, or the id of one that cannot be read any more. */
export type ShownFile = StoredFile | { readonly id: string; readonly status: 'DELETED' };

const isStored = (file: ShownFile): file is StoredFile => 'tenantId' in file;

interface ShownFailure {
  readonly code: FileFailureCode;
  readonly message: string;
}

const addEnums = (builder: KnowledgeBuilder) => ({
  kind: builder.enumType('FileKind', {
    description: 'What a file is to models. Until a worker has looked at its content, as its client declared it.',
    values: {
      IMAGE: { description: 'A picture: models with the capability VISION see it.' },
      DOCUMENT: { description: 'A document whose text is read, by pages where it has pages.' },
      TEXT: { description: 'Plain text, Markdown or source code.' },
      DATA: { description: 'Tables, JSON or an archive.' },
    } satisfies Record<FileKind, object>,
  }),
  status: builder.enumType('FileStatus', {
    description: 'The state of a file.',
    values: {
      AWAITING_UPLOAD: { description: 'Its bytes are not there yet, or `completeFile` was not called.' },
      PROCESSING: { description: 'It is being checked and its text extracted.' },
      READY: { description: 'It can be attached, downloaded and added to collections.' },
      FAILED: { description: 'It cannot be used: `failure` says why. Its bytes are deleted.' },
      DELETED: { description: 'It was deleted, or is not yours: nothing of it can be read.' },
    } satisfies Record<FileStatus, object>,
  }),
  failureCode: builder.enumType('FileFailureCode', {
    description: 'Why a file cannot be used.',
    values: {
      NO_TEXT: { description: 'It has no text, such as a scan without a text layer.' },
      UNSUPPORTED_TYPE: { description: 'Its content is of a type that is not read.' },
      TOO_LARGE: {
        description: 'It has more pages, characters or pixels than your plan allows, or unpacks to too much.',
      },
      ENCRYPTED: { description: 'It is protected by a password.' },
      INFECTED: { description: 'The virus scan found something, or could not be made.' },
      DAMAGED: { description: 'It is not what it seems to be, or breaks off.' },
    } satisfies Record<FileFailureCode, object>,
  }),
  purpose: builder.enumType('FilePurpose', {
    description: 'What a file is for.',
    values: {
      CONTENT: { description: 'Models and people read it.' },
      IMPORT: { description: 'It holds conversations for `importConversations`. No text is extracted.' },
    } satisfies Record<FilePurpose, object>,
  }),
});

const addUser = (builder: KnowledgeBuilder) => {
  const user = builder.objectRef<{ readonly id: string }>('User').implement({
    fields: (t) => ({ id: t.exposeID('id') }),
  });
  builder.asEntity(user, {
    key: builder.keyDirective(builder.selection<{ id: string }>('id'), false),
    resolveReference: (reference) => reference,
  });
  return user;
};

/** The interface Node, which conversations describes. */
const addNode = (builder: KnowledgeBuilder) =>
  builder.interfaceRef<ShownFile>('Node').implement({
    resolveType: () => 'File',
    fields: (t) => ({ id: t.exposeID('id') }),
  });

export type FileTypes = ReturnType<typeof addFileTypes>;

export const addFileTypes = (builder: KnowledgeBuilder) => {
  const enums = addEnums(builder);
  const user = addUser(builder);
  const failure = builder.objectRef<ShownFailure>('FileFailure').implement({
    description: 'Why a file cannot be used.',
    fields: (t) => ({
      code: t.field({ type: enums.failureCode, description: 'For programs.', resolve: ({ code }) => code }),
      message: t.exposeString('message', { description: 'A sentence for people.' }),
    }),
  });
  const file = builder.objectRef<ShownFile>('File').implement({
    interfaces: [addNode(builder)],
    description:
      'A file of a user: attached to messages, put in collections, or imported. Its owner reads it; administrators see its size, state and failure.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      name: t.string({
        description: `The name that its owner gave it; "${deletedFileName}" when it is DELETED.`,
        resolve: (parent) => (isStored(parent) ? parent.name : deletedFileName),
      }),
      mediaType: t.string({
        description: 'Media type, such as application/pdf: by its content once it is READY, before that as declared.',
        resolve: (parent) => (isStored(parent) ? parent.mediaType : 'application/octet-stream'),
      }),
      byteSize: t.int({
        description: 'Bytes that were uploaded; 0 when it is DELETED.',
        resolve: (parent) => (isStored(parent) ? parent.byteSize : 0),
      }),
      kind: t.field({
        type: enums.kind,
        description: 'What it is to models.',
        resolve: (parent) => (isStored(parent) ? parent.kind : 'DATA'),
      }),
      status: t.field({ type: enums.status, description: 'Its state.', resolve: (parent) => parent.status }),
      failure: t.field({
        type: failure,
        nullable: true,
        description: 'Why it is FAILED; null otherwise.',
        resolve: (parent) =>
          isStored(parent) && parent.failureCode != null
            ? { code: parent.failureCode, message: parent.failureMessage ?? '' }
            : null,
      }),
      pageCount: t.int({
        nullable: true,
        description: 'Pages, slides or sheets; null where it has none, and until it is READY.',
        resolve: (parent) => (isStored(parent) ? parent.pageCount : null),
      }),
      textLength: t.int({
        nullable: true,
        description: 'Characters of its text; null for pictures and imports, and until it is READY.',
        resolve: (parent) => (isStored(parent) ? parent.textLength : null),
      }),
      downloadUrl: t.string({
        nullable: true,
        description:
          'Signed URL to save it, for some minutes: absolute, or relative to the address of the API. For its owner, when it is READY; null otherwise.',
        resolve: (parent, _, { services, identity }) =>
          isStored(parent) ? signDownload(services, identity, parent) : null,
      }),
      previewUrl: t.string({
        nullable: true,
        description: 'Signed URL of a small picture of it, WebP, likewise; null where there is none.',
        resolve: (parent, _, { services, identity }) =>
          isStored(parent) ? signPreview(services, identity, parent) : null,
      }),
      owner: t.field({
        type: user,
        nullable: true,
        description: 'The user who created it; null when it is DELETED.',
        resolve: (parent) => (isStored(parent) ? { id: parent.userId } : null),
      }),
      createdAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was created; null when it is DELETED.',
        resolve: (parent) => (isStored(parent) ? parent.createdAt : null),
      }),
    }),
  });
  builder.asEntity(file, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: async ({ id }, { files }) => (await files.load(id)) ?? { id, status: 'DELETED' as const },
  });
  return { ...enums, file, user };
};
