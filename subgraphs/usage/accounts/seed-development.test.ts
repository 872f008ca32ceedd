import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { developmentTenants } from '#kernel/development-tenants.ts';
import { usageConfig } from '../config.ts';
import { openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { seedDevelopment } from './seed-development.ts';

let usage: UsageFixture;
beforeAll(async () => {
  usage = await openUsageFixture('pglite');
});
afterAll(() => usage[Symbol.asyncDispose]());

it('creates the tenants and users of development tokens, and does not change them later', async () => {
  const accounts = () =>
    Promise.all(
      developmentTenants.flatMap(({ id: tenantId, users }) =>
        users.map(async ({ id: userId }) => {
          const identity = { tenantId, userId, roles: ['USER' as const], scopes: [] };
          return (await usage.execute(identity, '{ viewer { email } tenant { name plan } }')).data;
        }),
      ),
    );
  await Promise.all([seedDevelopment(usage.database), seedDevelopment(usage.database)]);
  expect(await accounts()).toEqual([
    { viewer: { email: 'ada@acme.example' }, tenant: { name: 'acme', plan: 'PRO' } },
    { viewer: { email: 'grace@acme.example' }, tenant: { name: 'acme', plan: 'PRO' } },
    { viewer: { email: 'bob@globex.example' }, tenant: { name: 'globex', plan: 'FREE' } },
  ]);
  await usage.database.asSystem((em) => em.execute(`update usage.tenants set name = 'renamed'`));
  await seedDevelopment(usage.database);
  expect((await accounts()).map((account) => account?.['tenant'])).toMatchObject([
    { name: 'renamed' },
    { name: 'renamed' },
    { name: 'renamed' },
  ]);
});

it('is refused in production', () => {
  const environment = {
    IDENTITY_SECRET: 'Kq7!mZ2@tR9#wX4$cV6%bN1^hJ3&fL8*',
    CONVERSATIONS_URL: 'http://conversations:4101/graphql',
    NODE_ENV: 'production',
  };
  expect(parseEnvironment(usageConfig, environment).SEED_DEVELOPMENT).toBe(false);
  expect(() => parseEnvironment(usageConfig, { ...environment, SEED_DEVELOPMENT: 'true' })).toThrow(/SEED_DEVELOPMENT/);
});
