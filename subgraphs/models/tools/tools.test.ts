/** A tenant's tools over HTTP: registration, access, and what the route of a message has of them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toolSecretPurpose } from '#contracts/tool-secret.ts';
import { ToolEntity } from '../entities.ts';
import { acme, engines, identityOf, type ModelsFixture, openModelsFixture } from '../models.fixture.ts';
import { sealStoredSecrets } from './seal-stored-secrets.ts';

describe.each(engines)('on %s', (engine) => {
  let models: ModelsFixture;
  beforeAll(async () => {
    models = await openModelsFixture(engine);
    await models.announce('w1', ['acme/small', 'local/tiny']);
    await vi.waitFor(async () => {
      expect((await models.execute(identityOf(acme), '{ models(onlyUsable: true) { id } }')).data.models).toHaveLength(
        2,
      );
    });
  });
  afterAll(() => models[Symbol.asyncDispose]());

  /** A new tenant for each test. */
  const newTenant = () => {
    const tenantId = randomUUID();
    return {
      user: identityOf(tenantId),
      admin: identityOf(tenantId, { roles: ['ADMIN'] }),
      service: identityOf(tenantId, { service: 'conversations' }),
    };
  };
  type Tenant = ReturnType<typeof newTenant>;

  const parameters = '{"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}';
  const lookUp = { name: 'look_up', description: 'Looks an order up.', parameters, url: 'https://acme.example/orders' };
  const fields = 'name description parameters url timeoutMs enabled';
  const upsert = `mutation ($input: ToolInput!) { upsertTool(input: $input) { tool { ${fields} } secret } }`;
  const register = async (tenant: Tenant, input: Record<string, unknown> = {}) => {
    const { data, errors } = await models.execute(tenant.admin, upsert, { input: { ...lookUp, ...input } });
    expect(errors).toEqual([]);
    return data.upsertTool;
  };
  const list = async (tenant: Tenant) => (await models.execute(tenant.user, `{ tools { ${fields} } }`)).data.tools;
  const routed = async (tenant: Tenant, modelPolicy?: string) => {
    const query = `query ($input: RouteMessageInput!) { routeMessage(input: $input) {
      tools { name description parameters url timeoutMs secret } } }`;
    const { data, errors } = await models.execute(tenant.service, query, { input: { inputTokens: 10, modelPolicy } });
    expect(errors).toEqual([]);
    return data.routeMessage.tools;
  };

  /** With the secrets as workers open them. */
  const opened = async (tenant: Tenant) =>
    (await routed(tenant)).map((tool: { name: string; secret: string }) => ({
      ...tool,
      secret: models.sealer.open(tool.secret, toolSecretPurpose(tenant.admin.tenantId, tool.name)),
    }));

  test('is registered with a secret that is returned once, and keeps it when it is replaced', async () => {
    const tenant = newTenant();
    const { tool, secret } = await register(tenant);
    expect(tool).toEqual({ ...lookUp, timeoutMs: 10_000, enabled: true });
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
    const replaced = await register(tenant, { description: 'Finds an order.', timeoutMs: 500 });
    expect(replaced).toMatchObject({ tool: { description: 'Finds an order.', timeoutMs: 500 }, secret: null });
    // Users see which tools they may name, but not the URLs.
    expect(await list(tenant)).toEqual([{ ...replaced.tool, url: null }]);
  });

  test('is returned to services with its secret after each change, if a model can call it', async () => {
    const tenant = newTenant();
    expect(await routed(tenant)).toEqual([]);
    const { secret } = await register(tenant);
    await register(tenant, { name: 'off', enabled: false });
    const registeredTool = { ...lookUp, timeoutMs: 10_000, secret };
    await vi.waitFor(async () => expect(await opened(tenant)).toEqual([registeredTool]));
    expect(await routed(tenant, 'local/tiny')).toEqual([]);

    const rotated = await models.execute(tenant.admin, 'mutation { rotateToolSecret(name: "look_up") { secret } }');
    expect(rotated.data.rotateToolSecret.secret).not.toBe(secret);
    const rotatedTool = { ...registeredTool, secret: rotated.data.rotateToolSecret.secret };
    await vi.waitFor(async () => expect(await opened(tenant)).toEqual([rotatedTool]));

    const deletion = 'mutation { deleteTool(name: "look_up") }';
    expect((await models.execute(tenant.admin, deletion)).data).toEqual({ deleteTool: true });
    await vi.waitFor(async () => expect(await routed(tenant)).toEqual([]));
    expect((await models.execute(tenant.admin, deletion)).errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('has its secret sealed where it is stored and in the route, also one that was stored before there was a key', async () => {
    const tenant = newTenant();
    const { tenantId } = tenant.admin;
    const { secret } = await register(tenant);
    const { database, sealer, logger } = models;
    const read = () => database.asSystem((em) => em.findOneOrFail(ToolEntity, { tenantId, name: 'look_up' }));
    const stored = (await read()).secret;
    expect(stored).toMatch(/^sealed:/);
    expect(await routed(tenant)).toMatchObject([{ secret: stored }]);
    const store = (text: string) =>
      database.asSystem((em) => em.nativeUpdate(ToolEntity, { tenantId }, { secret: text }));
    await store(secret);
    await sealStoredSecrets({ database, sealer, logger });
    const again = (await read()).secret;
    expect([again === secret, sealer.open(again, toolSecretPurpose(tenantId, 'look_up'))]).toEqual([false, secret]);
    // One that no key opens stays, and the others are sealed all the same.
    await store('sealed:00000000:AAAA');
    await sealStoredSecrets({ database, sealer, logger });
    expect((await read()).secret).toBe('sealed:00000000:AAAA');
  });

  test('belongs to one tenant', async () => {
    const [owner, stranger] = [newTenant(), newTenant()];
    const { secret } = await register(owner);
    expect(await list(stranger)).toEqual([]);
    expect(await routed(stranger)).toEqual([]);
    for (const mutation of ['deleteTool(name: "look_up")', 'rotateToolSecret(name: "look_up") { secret }']) {
      const { errors } = await models.execute(stranger.admin, `mutation { ${mutation} }`);
      expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
    }
    expect((await register(stranger, { description: 'Another one.' })).secret).not.toBe(secret);
    expect(await list(owner)).toMatchObject([{ description: lookUp.description }]);
  });

  test.each([
    ['upsertTool', 'upsertTool(input: { name: "x", description: "x", url: "https://acme.example" }) { secret }'],
    ['rotateToolSecret', 'rotateToolSecret(name: "x") { secret }'],
    ['deleteTool', 'deleteTool(name: "x")'],
  ])('keeps %s to administrators of the tenant', async (_, mutation) => {
    const identity = identityOf(acme, { roles: ['USER', 'BILLING_ADMIN'] });
    expect((await models.execute(identity, `mutation { ${mutation} }`)).errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each([
    ['a name with a space', { name: 'look up' }, 'name'],
    ['no description', { description: ' ' }, 'description'],
    ['a description too long', { description: 'x'.repeat(1025) }, 'description'],
    ['parameters that are no JSON', { parameters: 'order' }, 'parameters'],
    ['parameters that are no object', { parameters: '{"type": "string"}' }, 'parameters'],
    ['an unknown type', { parameters: '{"type":"object","properties":{"a":{"type":"text"}}}' }, 'parameters'],
    ['a schema with a remote reference', { parameters: '{"type":"object","$ref":"https://a.example"}' }, 'parameters'],
    [
      'parameters that nest too deep',
      { parameters: `{"type":"object","x":${'['.repeat(64)}${']'.repeat(64)}}` },
      'parameters',
    ],
    ['parameters too long', { parameters: `{"type":"object","description":"${'x'.repeat(8192)}"}` }, 'parameters'],
    ['another protocol', { url: 'file:///etc/passwd' }, 'url'],
    ['a user in the url', { url: 'https://me:secret@acme.example' }, 'url'],
    ['no time', { timeoutMs: 0 }, 'timeoutMs'],
    ['too much time', { timeoutMs: 60_001 }, 'timeoutMs'],
  ])('refuses %s', async (_, input, argument) => {
    const { errors } = await models.execute(newTenant().admin, upsert, { input: { ...lookUp, ...input } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: `input.${argument}` });
  });

  test('refuses one more than a tenant may have, and still accepts changes', async () => {
    const tenant = newTenant();
    for (let index = 0; index < 32; index += 1) await register(tenant, { name: `tool_${index}` });
    const { errors } = await models.execute(tenant.admin, upsert, { input: lookUp });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.name' });
    await register(tenant, { name: 'tool_31', enabled: false });
  });
});
