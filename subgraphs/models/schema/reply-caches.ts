/** The mutation by which administrators have nothing served that was written before. */
import { clearCaches } from '../policies/clear-caches.ts';
import type { ModelsBuilder } from './builder.ts';

export const addReplyCaches = (builder: ModelsBuilder): void => {
  builder.mutationField('clearReplyCaches', (t) =>
    t.field({
      type: 'DateTime',
      authScopes: { role: 'ADMIN' },
      description:
        'Clears the caches of your tenant: no reply that was kept until now is served again. Returns when. For administrators.',
      resolve: (_, _args, context) => clearCaches(context, context.identity),
    }),
  );
};
