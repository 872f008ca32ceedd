/** Files as clients create, complete, find, watch and delete them. */
import type { SignedUpload } from '#kernel/blobs/blobs.ts';
import { completeFile } from '../files/complete-file.ts';
import { type CreatedFile, createFile } from '../files/create-file.ts';
import { deleteFile } from '../files/delete-file.ts';
import { maxNameLength } from '../files/file-input.ts';
import { listFiles } from '../files/find-files.ts';
import { watchFile } from '../files/watch-file.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';

const addUpload = (builder: KnowledgeBuilder, { file }: FileTypes) => {
  const header = builder.objectRef<{ readonly name: string; readonly value: string }>('UploadHeader').implement({
    description: 'A header of the upload.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name, in lower case.' }),
      value: t.exposeString('value', { description: 'Its value.' }),
    }),
  });
  const headersOf = ({ headers }: SignedUpload) => Object.entries(headers).map(([name, value]) => ({ name, value }));
  return builder.objectRef<CreatedFile>('FileUpload').implement({
    description:
      'A file, and the request that uploads its bytes. The store takes exactly the bytes that were announced.',
    fields: (t) => ({
      file: t.field({
        type: file,
        description: 'The file, which awaits its upload.',
        resolve: (created) => created.file,
      }),
      url: t.string({
        description: 'Signed URL: absolute, or relative to the address of the API. Send no token with it.',
        resolve: ({ upload }) => upload.url,
      }),
      method: t.string({ description: 'Method of the request: PUT.', resolve: ({ upload }) => upload.method }),
      headers: t.field({
        type: [header],
        description: 'Headers to send as they are. Their values are part of the signature.',
        resolve: ({ upload }) => headersOf(upload),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'Until when the URL holds. A file that was not uploaded by then is forgotten.',
        resolve: ({ upload }) => upload.expiresAt,
      }),
    }),
  });
};

const addQueries = (builder: KnowledgeBuilder, types: FileTypes): void => {
  builder.queryField('file', (t) =>
    t.field({
      type: types.file,
      nullable: true,
      description: 'A file by its id; null when there is none, it was deleted, or it is not yours.',
      args: { id: t.arg.id({ required: true, description: 'Id of the file.' }) },
      resolve: (_, { id }, { files }) => files.load(id),
    }),
  );
  const filter = builder.inputType('FileFilter', {
    description: 'Selects files of the list: those that meet every given condition.',
    fields: (t) => ({
      status: t.field({ type: types.status, description: 'Only files in this state.' }),
      kind: t.field({ type: types.kind, description: 'Only files of this kind.' }),
      name: t.string({ description: 'Only files whose name contains this, in upper or lower case.' }),
      userId: t.id({ description: 'Files of this user instead of your own. For administrators.' }),
      everybody: t.boolean({ description: 'Files of all users of your tenant. For administrators.' }),
    }),
  });
  builder.queryField('files', (t) =>
    t.connection(
      {
        type: types.file,
        description: 'Your files, newest first. Pages forward only.',
        args: { filter: t.arg({ type: filter, description: 'Narrows the list.' }) },
        resolve: (_, args, { services, identity }) => listFiles(services.database, identity, args),
      },
      { name: 'FileConnection', description: 'A page of files.' },
      { name: 'FileEdge', description: 'A file in a page.' },
    ),
  );
};

const addMutations = (builder: KnowledgeBuilder, types: FileTypes): void => {
  const upload = addUpload(builder, types);
  builder.mutationField('createFile', (t) =>
    t.field({
      type: upload,
      description:
        'Creates a file and signs the upload of its bytes. Its bytes count against your storage from now on. Send them to the URL, then call completeFile.',
      args: {
        name: t.arg.string({ required: true, description: `Name of the file; at most ${maxNameLength} characters.` }),
        mediaType: t.arg.string({
          required: true,
          description:
            'Media type as you know it: a hint, because its content decides. application/octet-stream where you do not.',
        }),
        byteSize: t.arg.int({ required: true, description: 'Exact number of its bytes.' }),
        sha256: t.arg.string({ required: true, description: 'SHA-256 of its bytes, in 64 hexadecimal digits.' }),
        purpose: t.arg({ type: types.purpose, defaultValue: 'CONTENT', description: 'What it is for.' }),
      },
      resolve: (_, { purpose, ...args }, { services, identity }) =>
        createFile(services, identity, { ...args, purpose: purpose ?? 'CONTENT' }),
    }),
  );
  builder.mutationField('completeFile', (t) =>
    t.field({
      type: types.file,
      description:
        'Says that the bytes of your file were uploaded. They are compared with what was announced, then the file is PROCESSING, and READY or FAILED soon after: see fileChanged. Repeating it changes nothing.',
      args: { id: t.arg.id({ required: true, description: 'Id of the file.' }) },
      resolve: (_, { id }, { services, identity }) => completeFile(services, identity, id),
    }),
  );
  builder.mutationField('deleteFile', (t) =>
    t.field({
      type: 'ID',
      description:
        'Deletes your file for good: its bytes, its text and its place in collections. Messages keep that there was one. Returns its id.',
      args: { id: t.arg.id({ required: true, description: 'Id of the file.' }) },
      resolve: (_, { id }, { services, identity }) => deleteFile(services, identity, id),
    }),
  );
};

export const addFiles = (builder: KnowledgeBuilder, types: FileTypes): void => {
  addQueries(builder, types);
  addMutations(builder, types);
  builder.subscriptionField('fileChanged', (t) =>
    t.field({
      type: types.file,
      description:
        'Your file as it is now, and again whenever it changes. States may be missed while a client is disconnected; the first event after a reconnect has the present one.',
      args: { id: t.arg.id({ required: true, description: 'Id of the file.' }) },
      subscribe: (_, { id }, { services, identity }) => watchFile(services, identity, id),
      resolve: async ({ fileId }, _, { files }) => {
        files.clear(fileId);
        return (await files.load(fileId)) ?? { id: fileId, status: 'DELETED' as const };
      },
    }),
  );
};
