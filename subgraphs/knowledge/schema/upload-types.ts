/** The requests that upload a file, whole or in parts. */
import type { SignedUpload } from '#kernel/blobs/blobs.ts';
import type { CreatedFile } from '../files/create-file.ts';
import { partBytes, partCount, receivedParts } from '../files/file-parts.ts';
import type { PartInput, SignedPart } from '../files/sign-parts.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';

interface ShownHeader {
  readonly name: string;
  readonly value: string;
}

const addHeader = (builder: KnowledgeBuilder) =>
  builder.objectRef<ShownHeader>('UploadHeader').implement({
    description: 'A header of the upload.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name, in lower case.' }),
      value: t.exposeString('value', { description: 'Its value.' }),
    }),
  });

const headersOf = ({ headers }: SignedUpload): ShownHeader[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));

const addPart = (builder: KnowledgeBuilder, header: ReturnType<typeof addHeader>) =>
  builder.objectRef<SignedPart>('FilePartUpload').implement({
    description: 'The request that uploads a part of a file. The store takes exactly the bytes whose digest was given.',
    fields: (t) => ({
      number: t.exposeInt('number', { description: 'Number of the part, from 1.' }),
      url: t.string({
        description:
          'Signed URL: absolute, or relative to the address of the API. Send no token with it. The response is 412 where the part is there already.',
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
        description: 'Until when the URL holds.',
        resolve: ({ upload }) => upload.expiresAt,
      }),
    }),
  });

const addPartInput = (builder: KnowledgeBuilder) =>
  builder.inputRef<PartInput>('FilePartInput').implement({
    description: 'A part of a file that is to be uploaded.',
    fields: (t) => ({
      number: t.int({
        required: true,
        description: 'Number of the part, from 1. Each has `partSize` bytes; the last has the rest.',
      }),
      sha256: t.string({
        required: true,
        description: 'SHA-256 of the bytes of the part, in 64 hexadecimal digits.',
      }),
    }),
  });

export const addUploadTypes = (builder: KnowledgeBuilder, { file }: FileTypes) => {
  const header = addHeader(builder);
  const upload = builder.objectRef<CreatedFile>('FileUpload').implement({
    description:
      'A file, and the request that uploads its bytes. The store takes exactly the bytes that were announced.',
    fields: (t) => ({
      file: t.field({
        type: file,
        description: 'The file, which awaits its upload.',
        resolve: (created) => created.file,
      }),
      url: t.string({
        description:
          'Signed URL: absolute, or relative to the address of the API. Send no token with it. The response is 412 where the bytes are there already.',
        resolve: (created) => created.upload.url,
      }),
      method: t.string({ description: 'Method of the request: PUT.', resolve: (created) => created.upload.method }),
      headers: t.field({
        type: [header],
        description: 'Headers to send as they are. Their values are part of the signature.',
        resolve: (created) => headersOf(created.upload),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description:
          'Until when the URL holds. A file that was not uploaded by then, and of which no parts were signed since, is forgotten.',
        resolve: (created) => created.upload.expiresAt,
      }),
      partSize: t.int({
        nullable: true,
        description:
          'Bytes of each part but the last, where the file may be uploaded in parts instead (signFileParts); null where it is too small for that.',
        resolve: (created) => (partCount(created.file.byteSize) === 0 ? null : partBytes),
      }),
      receivedParts: t.intList({
        description: 'Numbers of the parts that are there already, in ascending order.',
        resolve: async (created, _, { services }) => [...(await receivedParts(services.blobs, created.file))],
      }),
    }),
  });
  return { upload, part: addPart(builder, header), partInput: addPartInput(builder) };
};
