/** API keys, with which programs sign in from server to server instead of with access tokens. */
import { type CreatedApiKey, createApiKey } from '../api-keys/create-api-key.ts';
import { type ApiKeyLookup, type FoundApiKey, findApiKeys } from '../api-keys/find-api-keys.ts';
import { listApiKeys } from '../api-keys/list-api-keys.ts';
import { revokeApiKey } from '../api-keys/revoke-api-key.ts';
import type { ApiKey as ApiKeyRow } from '../entities.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

const addApiKey = ({ builder, Role }: UsageBuilder, { User }: ReturnType<typeof addAccounts>) =>
  builder.objectRef<ApiKeyRow>('ApiKey').implement({
    description:
      'A key with which a program signs in instead of with an access token. It acts for the user who created it.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID, which is not secret.' }),
      name: t.exposeString('name', { description: 'What it is for, as its creator wrote it.' }),
      prefix: t.exposeString('prefix', {
        description: 'The first 17 characters of the key, by which to recognize it.',
      }),
      user: t.field({
        type: User,
        description: 'The user who created it and for whom it acts.',
        resolve: async ({ userId }, _, { users }) => {
          const user = await users.load(userId);
          if (!user) throw new Error('the user of an API key is gone');
          return user;
        },
      }),
      roles: t.expose('roles', {
        type: [Role],
        description: 'The most that it may do. Later decisions of administrators about its user can reduce it.',
      }),
      scopes: t.exposeStringList('scopes', { description: 'Its scopes.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it expires; null for never.',
      }),
      lastUsedAt: t.expose('lastUsedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was last used, to the minute; null for never.',
      }),
      revokedAt: t.expose('revokedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was revoked; null unless it is.',
      }),
    }),
  });

/** The internal field by which the gateway finds keys. */
const addFindApiKeys = ({ builder, Role }: UsageBuilder): void => {
  const Lookup = builder.inputRef<ApiKeyLookup>('AskedApiKeyInput').implement({
    description: 'A key that the gateway has received.',
    directives: { inaccessible: true },
    fields: (t) => ({
      hash: t.string({ required: true, description: 'SHA-256 of the key, hexadecimal.' }),
      isUsed: t.boolean({
        required: true,
        description: 'Whether the key is being used; false when the gateway only checks whether it is valid.',
      }),
    }),
  });
  const Found = builder.objectRef<FoundApiKey>('FoundApiKey').implement({
    description: 'Whose key it is, and how long it is valid.',
    inaccessible: true,
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID of the key.' }),
      tenantId: t.exposeID('tenant_id', { description: 'UUID of its tenant.' }),
      userId: t.exposeID('user_id', { description: 'UUID of the user for whom it acts.' }),
      roles: t.expose('roles', { type: [Role], description: 'Its roles.' }),
      scopes: t.exposeStringList('scopes', { description: 'Its scopes.' }),
      expiresAt: t.expose('expires_at', {
        type: 'DateTime',
        nullable: true,
        description: 'When it expires; null for never.',
      }),
      revokedAt: t.expose('revoked_at', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was revoked; null unless it is.',
      }),
    }),
  });
  builder.mutationField('findApiKeys', (t) =>
    t.field({
      type: [Found],
      nullable: { list: false, items: true },
      description:
        'The keys with these hashes, in the given order; null for a key that was never created. Notes when they were last used.',
      inaccessible: true,
      authScopes: { service: true },
      args: { keys: t.arg({ type: [Lookup], required: true, description: 'The keys.' }) },
      resolve: (_, { keys }, { database }) => findApiKeys(database, keys),
    }),
  );
};

export const addApiKeys = (usage: UsageBuilder, accounts: ReturnType<typeof addAccounts>): void => {
  const { builder, Role } = usage;
  const ApiKey = addApiKey(usage, accounts);
  addFindApiKeys(usage);
  builder.queryField('apiKeys', (t) =>
    t.connection(
      {
        type: ApiKey,
        description:
          'API keys, oldest first, including revoked and expired ones: for ADMIN those of the whole tenant, otherwise your own.',
        args: { userId: t.arg.id({ description: 'Restricts the list to this user. Another user requires ADMIN.' }) },
        resolve: (_, request, { database, identity }) => listApiKeys(database, identity, request),
      },
      { name: 'ApiKeyConnection', description: 'A page of API keys.' },
      { name: 'ApiKeyEdge', description: 'An API key in a page.' },
    ),
  );
  const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
    description: 'An API key to create.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'What it is for: 1 to 100 characters.' }),
      roles: t.field({
        type: [Role],
        required: true,
        defaultValue: ['USER'],
        description: 'What it may do. ADMIN and BILLING_ADMIN only if you have them yourself.',
      }),
      scopes: t.stringList({
        required: true,
        defaultValue: [],
        description: 'Its scopes. Only those that you have yourself.',
      }),
      expiresAt: t.field({ type: 'DateTime', description: 'When it expires; absent for never.' }),
    }),
  });
  const CreateApiKeyPayload = builder.objectRef<CreatedApiKey>('CreateApiKeyPayload').implement({
    description: 'A new API key.',
    fields: (t) => ({
      apiKey: t.expose('apiKey', { type: ApiKey, description: 'What is stored of the key.' }),
      secret: t.exposeString('secret', {
        description: 'The key itself, for "Authorization: Bearer <key>". It is returned only once.',
      }),
    }),
  });
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: CreateApiKeyPayload,
      description:
        'Creates an API key that acts for you, with rights that you have yourself. You may have 20 valid keys; beyond that TOO_MANY_API_KEYS. An API key cannot create another one (FORBIDDEN).',
      args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The key.' }) },
      resolve: (_, { input }, context) => createApiKey(context, context.identity, input),
    }),
  );
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      type: ApiKey,
      description:
        'Revokes an API key for good: your own, or for ADMIN any of the tenant. From then on its requests are refused with UNAUTHENTICATED, and its subscriptions end with it. Revoking it again changes nothing.',
      args: { id: t.arg.id({ required: true, description: 'Id of the API key.' }) },
      resolve: (_, { id }, context) => revokeApiKey(context, context.identity, id),
    }),
  );
};
