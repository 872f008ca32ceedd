/** The internal fields for other services. Not in the public schema, and refused to everybody but services. */
import { findAttachable } from '../files/find-files.ts';
import { signDownload, signPreview } from '../files/sign-links.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';

export const addInternalFields = (builder: KnowledgeBuilder, types: FileTypes): void => {
  builder.queryField('attachableFiles', (t) =>
    t.field({
      type: [types.file],
      description: "Those of the files that are the identity's own and READY, whatever its roles are.",
      inaccessible: true,
      authScopes: { service: true },
      args: { ids: t.arg.idList({ required: true, description: 'Ids of files.' }) },
      resolve: async (_, { ids }, { services, identity }) => [
        ...(await findAttachable(services.database, identity, ids)),
      ],
    }),
  );
  builder.queryField('fileLink', (t) =>
    t.string({
      nullable: true,
      description:
        "Signed URL of a file that is the identity's own and READY, or of its preview; null where there is none.",
      inaccessible: true,
      authScopes: { service: true },
      args: {
        id: t.arg.id({ required: true, description: 'Id of the file.' }),
        preview: t.arg.boolean({ required: true, description: 'Whether the preview is asked for.' }),
        seconds: t.arg.int({ required: true, description: 'For how long the URL holds.' }),
      },
      resolve: async (_, { id, preview, seconds }, { services, identity, files }) => {
        const file = await files.load(id);
        if (!file || seconds < 1) return null;
        const signing = { ...services, downloadSeconds: Math.min(seconds, services.downloadSeconds) };
        return preview ? signPreview(signing, identity, file) : signDownload(signing, identity, file);
      },
    }),
  );
};
