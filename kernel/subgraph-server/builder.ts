/**
 * The Pothos builder that every subgraph starts from: non-null by default, the contract's scalars, roles as auth
 * scopes, Relay connections, federation directives. Invariant: types that several subgraphs have (scalars, PageInfo,
 * root types, PlanTier) mean the same in each, with the same descriptions.
 */
import SchemaBuilder from '@pothos/core';
import DirectivePlugin from '@pothos/plugin-directives';
import FederationPlugin from '@pothos/plugin-federation';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Identity, Role } from '#contracts/identity.ts';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import type { Json } from '../broker/broker.ts';
import { AppError } from '../errors.ts';
import { canonicalIdsPlugin } from './canonical-ids.ts';
import { listSizesPlugin } from './list-sizes.ts';
import { dateTimeOptions, decimalOptions } from './scalars.ts';

/** The context of each resolver. A subgraph extends it with its loaders and use cases. */
export interface SubgraphContext {
  readonly identity: Identity;
  /** Set by a resumable subscription's resolver to the cursor of the current event; sent as `extensions.cursor`. */
  cursor?: string;
}

/** The version of the federation specification that the subgraphs link to. */
export const federationLinkUrl = 'https://specs.apollo.dev/federation/v2.9';

export interface SubgraphSchemaTypes<Context extends SubgraphContext> {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: Json; Output: Json };
    Decimal: { Input: string; Output: string };
  };
  AuthScopes: {
    /** Any of these roles. */
    role: Role | readonly Role[];
    /** A call of another service, not of a client. */
    service: boolean;
  };
}

/** For `builder.mutationType` of a subgraph that has mutations. */
export const mutationTypeOptions = {
  description: 'Operations that change something. The fields run one after another.',
};

/** For `builder.subscriptionType` of a subgraph that has subscriptions. */
export const subscriptionTypeOptions = { description: 'Events as they happen. An operation has one field.' };

/** For `builder.enumType('PlanTier')`. */
export const planTierOptions = {
  description: 'Plan of a tenant: the models that it may use, and how many tokens.',
  values: {
    FREE: { description: 'The plan that a tenant begins with; the lowest limits.' },
    PRO: { description: 'Higher limits.' },
    ENTERPRISE: { description: 'The highest limits.' },
  } satisfies Record<PlanTier, object>,
};

export const createSubgraphBuilder = <Context extends SubgraphContext>() => {
  const builder = new SchemaBuilder<SubgraphSchemaTypes<SubgraphContext> & { Context: Context }>({
    plugins: [canonicalIdsPlugin, listSizesPlugin, ScopeAuthPlugin, RelayPlugin, DirectivePlugin, FederationPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      authorizeOnSubscribe: true,
      unauthorizedError: () =>
        new AppError('FORBIDDEN', 'Your role does not allow this. Ask an administrator of your tenant.'),
      authScopes: ({ identity }: SubgraphContext) => ({
        // Not `allowed.includes` on a string: 'BILLING_ADMIN' includes 'ADMIN'.
        role: (allowed: Role | readonly Role[]) => {
          const some: readonly Role[] = typeof allowed === 'string' ? [allowed] : allowed;
          return identity.roles.some((role) => some.includes(role));
        },
        service: identity.service !== undefined,
      }),
    },
    relay: {
      clientMutationId: 'omit',
      cursorType: 'String',
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      edgesFieldOptions: { nullable: false, description: 'The edges of the page, in the order of the connection.' },
      nodeFieldOptions: { nullable: false, description: 'The node at this place.' },
      cursorFieldOptions: { description: 'The place of the edge, for "after" or "before". Opaque.' },
      pageInfoFieldOptions: { description: 'The place of the page in the connection.' },
      hasNextPageFieldOptions: { description: 'Whether there are edges after the page.' },
      hasPreviousPageFieldOptions: { description: 'Whether there are edges before the page.' },
      startCursorFieldOptions: { description: 'Cursor of the first edge; null when the page is empty.' },
      endCursorFieldOptions: { description: 'Cursor of the last edge; null when the page is empty.' },
      firstArgOptions: { description: 'Most edges of the page, from the beginning: 0 to 200. Default: 50.' },
      afterArgOptions: {
        description: 'Cursor: the page begins after it. Pass the endCursor of a page to get the next one.',
      },
      lastArgOptions: {
        description: 'Most edges of the page, from the end: 0 to 200. Not for a field that pages forward only.',
      },
      beforeArgOptions: { description: 'Cursor: the page ends before it. Not for a field that pages forward only.' },
      pageInfoTypeOptions: { shareable: true, description: 'The place of a page in its connection (Relay).' },
    },
  });
  builder.queryType({ description: 'Everything that can be read. A query changes nothing.' });
  builder.scalarType('DateTime', dateTimeOptions);
  builder.scalarType('Decimal', decimalOptions);
  builder.scalarType('JSON', { description: 'Any JSON value.', serialize: (value) => value });
  return builder;
};
