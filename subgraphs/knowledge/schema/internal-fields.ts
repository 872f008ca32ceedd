/** The internal fields for other services. Not in the public schema, and refused to everybody but services. */
import { findAttachable } from '../files/find-files.ts';
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
};
