/** Hooks of what belongs to the user and the tenant: the quota, the models, the policies, who is signed in. */
import type { ModelsQuery, Quota, RoutingPoliciesQuery, ViewerQuery } from '@parlance/client';
import { useStores } from './client-context.ts';
import type { Resource, ResourceState } from './stores/resource.ts';
import { useStore } from './use-store.ts';

export interface Live<Value> extends ResourceState<Value> {
  refetch(): Promise<void>;
}

const useResource = <Value>(resource: Resource<Value>): Live<Value> => ({
  ...useStore(resource),
  refetch: resource.refetch,
});

/** The user's quota, as sends and administrators change it. */
export const useQuota = (): Live<Quota> => useResource(useStores().quota);

/** The models that may be used, in the order of the platform. */
export const useModels = (): Live<ModelsQuery['models']> => useResource(useStores().models);

/** The routing policies of the tenant. */
export const usePolicies = (): Live<RoutingPoliciesQuery['routingPolicies']> => useResource(useStores().policies);

/** Who is signed in, and the tenant. */
export const useViewer = (): Live<ViewerQuery> => useResource(useStores().viewer);
