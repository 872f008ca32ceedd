/** API keys: for programs that integrate from server to server, in place of access tokens. */
import { type CreatedApiKey, createApiKey } from '../api-keys/create-api-key.ts';
import { type AskedApiKey, type FoundApiKey, findApiKeys } from '../api-keys/find-api-keys.ts';
import { listApiKeys } from '../api-keys/list-api-keys.ts';
import { revokeApiKey } from '../api-keys/revoke-api-key.ts';
import type { ApiKey as ApiKeyRow } from '../entities.ts';
import type { addAccounts } from './accounts.ts';
import type { UsageBuilder } from './builder.ts';

const addApiKey = ({ builder, Role }: UsageBuilder, { User }: ReturnType<typeof addAccounts>) =>
  builder.objectRef<ApiKeyRow>('ApiKey').implement({
    description: 'What a program signs in with in place of an access token. It acts for the user who made it.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID. It is no secret.' }),
      name: t.exposeString('name', { description: 'What it is for, as its maker wrote it.' }),
      prefix: t.exposeString('prefix', { description: 'How the key begins, to know it by: 17 characters.' }),
      user: t.field({
        type: User,
        description: 'Who made it, and for whom it acts.',
        resolve: async ({ userId }, _, { users }) => {
          const user = await users.load(userId);
          if (!user) throw new Error('the user of an API key is gone');
          return user;
        },
      }),
      roles: t.expose('roles', {
        type: [Role],
        description: 'The most that it may do. What administrators decide about its user since then can take from it.',
      }),
      scopes: t.exposeStringList('scopes', { description: 'Scopes that it has.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'From when on it is refused; null: never.',
      }),
      lastUsedAt: t.expose('lastUsedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was last used, to the minute; null: never.',
      }),
      revokedAt: t.expose('revokedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Since when it is revoked; null: it is not.',
      }),
    }),
  });

/** What the gateway asks. */
const addFindApiKeys = ({ builder, Role }: UsageBuilder): void => {
  const Asked = builder.inputRef<AskedApiKey>('AskedApiKeyInput').implement({
    description: 'A key that the gateway has.',
    directives: { inaccessible: true },
    fields: (t) => ({
      hash: t.string({ required: true, description: 'SHA-256 of the key, hexadecimal.' }),
      isUsed: t.boolean({ required: true, description: 'Whether somebody uses it now; false: it is looked at again.' }),
    }),
  });
  const Found = builder.objectRef<FoundApiKey>('FoundApiKey').implement({
    description: 'Whom a key stands for, and for how long.',
    inaccessible: true,
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID of the key.' }),
      tenantId: t.exposeID('tenant_id', { description: 'UUID of its tenant.' }),
      userId: t.exposeID('user_id', { description: 'UUID of the user that it acts for.' }),
      roles: t.expose('roles', { type: [Role], description: 'Roles that it has.' }),
      scopes: t.exposeStringList('scopes', { description: 'Scopes that it has.' }),
      expiresAt: t.expose('expires_at', { type: 'DateTime', nullable: true, description: 'null: never.' }),
      revokedAt: t.expose('revoked_at', { type: 'DateTime', nullable: true, description: 'null: it is not.' }),
    }),
  });
  builder.mutationField('findApiKeys', (t) =>
    t.field({
      type: [Found],
      nullable: { list: false, items: true },
      description:
        'The keys of these hashes, in this order; null for one that was never made. Notes when they were last used.',
      inaccessible: true,
      authScopes: { service: true },
      args: { keys: t.arg({ type: [Asked], required: true, description: 'The keys.' }) },
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
          'API keys, oldest first, with those that were revoked or have expired. ADMIN: of the whole tenant; everybody else: their own.',
        args: { userId: t.arg.id({ description: "Only this user's. Somebody else's needs ADMIN." }) },
        resolve: (_, request, { database, identity }) => listApiKeys(database, identity, request),
      },
      { name: 'ApiKeyConnection', description: 'A page of API keys.' },
      { name: 'ApiKeyEdge', description: 'An API key in a page.' },
    ),
  );
  const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
    description: 'An API key that is to be made.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'What it is for: 1 to 100 characters.' }),
      roles: t.field({
        type: [Role],
        required: true,
        defaultValue: ['USER'],
        description: 'What it may do. ADMIN and BILLING_ADMIN only where you have them yourself.',
      }),
      scopes: t.stringList({
        required: true,
        defaultValue: [],
        description: 'Scopes that it has. Only those that you have yourself.',
      }),
      expiresAt: t.field({ type: 'DateTime', description: 'From when on it is refused; left out: never.' }),
    }),
  });
  const CreateApiKeyPayload = builder.objectRef<CreatedApiKey>('CreateApiKeyPayload').implement({
    description: 'A new API key.',
    fields: (t) => ({
      apiKey: t.expose('apiKey', { type: ApiKey, description: 'What is kept of it.' }),
      secret: t.exposeString('secret', {
        description: 'The key itself, for "Authorization: Bearer <key>". It is shown here and never again.',
      }),
    }),
  });
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: CreateApiKeyPayload,
      description:
        'Makes an API key that acts for you, with the rights that you name and have. You may have 20 in force; then TOO_MANY_API_KEYS. An API key cannot make another: FORBIDDEN.',
      args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The key.' }) },
      resolve: (_, { input }, context) => createApiKey(context, input),
    }),
  );
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      type: ApiKey,
      description:
        'Ends an API key of yours, ADMIN: any of the tenant, for good. Whatever it asks is refused with UNAUTHENTICATED from then on, and its subscriptions end with that. Revoking it again changes nothing.',
      args: { id: t.arg.id({ required: true, description: 'Of the API key.' }) },
      resolve: (_, { id }, context) => revokeApiKey(context, id),
    }),
  );
};
