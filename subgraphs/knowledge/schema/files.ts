/** Files as clients create, complete, find, watch and delete them. */
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import { completeFile } from '../files/complete-file.ts';
import { createFile } from '../files/create-file.ts';
import { deleteFile } from '../files/delete-file.ts';
import { maxNameLength } from '../files/file-input.ts';
import { listFiles } from '../files/find-files.ts';
import { maxSignedParts, signFileParts } from '../files/sign-parts.ts';
import { watchFile } from '../files/watch-file.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';
import { addUploadTypes } from './upload-types.ts';

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
  const { upload, part, partInput } = addUploadTypes(builder, types);
  builder.mutationField('createFile', (t) =>
    t.field({
      type: upload,
      description:
        'Creates a file and signs the upload of its bytes. Its bytes count against your storage from now on. Send them to the URL, or a large file in parts (signFileParts), then call completeFile. While a file of yours with the same name, size, SHA-256 and purpose awaits its upload, you get that file with a new URL: its upload goes on.',
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
  builder.mutationField('signFileParts', (t) =>
    t.field({
      type: [part],
      description:
        'Signs uploads of parts of your file, in place of the upload of the whole. `FileUpload.partSize` says how long a part is. Ask for URLs as you need them: the file awaits its upload as long as they hold.',
      args: {
        id: t.arg.id({ required: true, description: 'Id of the file, which awaits its upload.' }),
        parts: t.arg({
          type: [partInput],
          required: true,
          description: `The parts to upload, each once; at most ${maxSignedParts}.`,
        }),
      },
      directives: listSize(8),
      resolve: (_, args, { services, identity }) => signFileParts(services, identity, args),
    }),
  );
  builder.mutationField('completeFile', (t) =>
    t.field({
      type: types.file,
      description:
        'Says that the bytes of your file were uploaded, whole or in all parts. They are compared with what was announced, then the file is PROCESSING, and READY or FAILED soon after: see fileChanged. Repeating it changes nothing.',
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
