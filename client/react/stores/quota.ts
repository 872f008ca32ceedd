/** The user's quota, as it changes. After a pause in the delivery of changes it is read again. */
import { isParlanceError, type ParlanceClient, type Quota, QuotaDocument } from '@parlance/client';
import { createResource, type Resource } from './resource.ts';

export const createQuota = (client: ParlanceClient): Resource<Quota> =>
  createResource<Quota>({
    read: async () => (await client.query(QuotaDocument, {})).quota,
    // What changed while nobody watched is not known.
    staleAfterMs: 0,
    follow(resource) {
      const leaving = new AbortController();
      const follow = async (): Promise<void> => {
        for await (const notice of client.quotaChanged({ signal: leaving.signal })) {
          if (notice.kind === 'MISSED') void resource.refetch();
          else resource.set(notice.quota);
        }
      };
      // Without a subscription the quota is as it was read; the fault of its sign-in shows in every other store.
      follow().catch((fault: unknown) => {
        if (!isParlanceError(fault)) throw fault;
      });
      return () => leaving.abort();
    },
  });
