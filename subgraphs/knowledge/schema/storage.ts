/** The storage of files that users take. */
import type { UserStorage } from '../entities.ts';
import { listStorage, readStorage } from '../files/read-storage.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';

export const addStorage = (builder: KnowledgeBuilder, { user }: FileTypes): void => {
  const storage = builder.objectRef<UserStorage>('FileStorage').implement({
    description: "What a user's files take. Files that failed or were deleted take nothing.",
    fields: (t) => ({
      user: t.field({ type: user, description: 'The user.', resolve: ({ userId }) => ({ id: userId }) }),
      files: t.exposeInt('files', { description: 'Number of files.' }),
      bytes: t.exposeFloat('bytes', { description: 'Bytes: a whole number, which may exceed 32 bits.' }),
      maxBytes: t.float({
        description: 'Bytes that a user may store by the plan.',
        resolve: async (_, _args, { services, identity }) => (await services.findLimits(identity)).userBytes,
      }),
    }),
  });
  builder.queryField('fileStorage', (t) =>
    t.field({
      type: storage,
      description: 'What your files take.',
      resolve: (_, _args, { services, identity }) => readStorage(services.database, identity),
    }),
  );
  builder.queryField('fileStorageByUser', (t) =>
    t.connection(
      {
        type: storage,
        authScopes: { role: 'ADMIN' },
        description:
          'What the files of each user of your tenant take, the largest first. Pages forward only. For administrators.',
        resolve: (_, args, { services, identity }) => listStorage(services.database, identity, args),
      },
      { name: 'FileStorageConnection', description: 'A page of users with files.' },
      { name: 'FileStorageEdge', description: 'A user in a page.' },
    ),
  );
};
