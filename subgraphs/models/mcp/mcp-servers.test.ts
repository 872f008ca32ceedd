/** A tenant's MCP servers: what is listed and pinned, who sees it, and what a route has of it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mcpCredentialsPurpose } from '#contracts/mcp-credentials.ts';
import { createMcpTokens } from '#kernel/mcp/access-tokens.ts';
import { createHostResolver } from '#kernel/tool-connections/resolve-host.ts';
import { createToolAgent } from '#kernel/tool-connections/tool-agent.ts';
import { type McpServer, startMcpServer } from '#tests/mcp-server/mcp-server.ts';
import { McpServerEntity, McpToolEntity } from '../entities.ts';
import { acme, engines, identityOf, type ModelsFixture, openModelsFixture } from '../models.fixture.ts';
import { sealStoredSecrets } from '../tools/seal-stored-secrets.ts';
import type { McpServices } from './pin-tools.ts';
import { listDueServers } from './watch-servers.ts';

describe.each(engines)('on %s', (engine) => {
  let models: ModelsFixture;
  let server: McpServer;
  let services: McpServices;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    server = opened.use(await startMcpServer());
    models = opened.use(await openModelsFixture(engine));
    const dispatcher = createToolAgent(['127.0.0.1'], opened.use(createHostResolver()));
    opened.defer(() => dispatcher.destroy());
    const { database, sealer } = models;
    const { signals } = models.ports;
    services = { database, sealer, signals, mcp: { dispatcher, tokens: createMcpTokens(dispatcher) } };
    await models.announce('w1', ['acme/small', 'local/tiny']);
    await vi.waitFor(async () => {
      expect((await models.execute(identityOf(acme), '{ models(onlyUsable: true) { id } }')).data.models).toHaveLength(
        2,
      );
    });
  });
  afterAll(() => opened.disposeAsync());

  const newTenant = async () => {
    await server.set({});
    const tenantId = randomUUID();
    return {
      tenantId,
      admin: identityOf(tenantId, { roles: ['ADMIN'] }),
      service: identityOf(tenantId, { service: 'conversations' }),
    };
  };
  type Tenant = Awaited<ReturnType<typeof newTenant>>;

  const fields = `name failure tools { name hash enabled listed isChanged }`;
  const ask = async (tenant: Tenant, query: string, input?: object) => {
    const { data, errors } = await models.execute(tenant.admin, query, { input });
    expect(errors).toEqual([]);
    return data;
  };
  const upsertMutation = `mutation ($input: McpServerInput!) { upsertMcpServer(input: $input) { ${fields} } }`;
  const upsert = async (tenant: Tenant, input: object = {}) =>
    (await ask(tenant, upsertMutation, { name: 'crm', url: server.url, ...input })).upsertMcpServer;
  const setMutation = `mutation ($input: McpToolInput!) { setMcpTool(input: $input) { ${fields} } }`;
  const approve = async (tenant: Tenant, tool: { readonly name: string; readonly hash: string }) =>
    (await ask(tenant, setMutation, { server: 'crm', tool: tool.name, hash: tool.hash, enabled: true })).setMcpTool;
  const routed = async ({ service }: Tenant) => {
    const query = `query ($input: RouteMessageInput!) { routeMessage(input: $input) {
      tools { name description url secret mcp { server tool } } } }`;
    const { data, errors } = await models.execute(service, query, { input: { inputTokens: 10 } });
    expect(errors).toEqual([]);
    return data.routeMessage.tools;
  };
  const refused = async (tenant: Tenant, input: object) => {
    const given = { name: 'crm', url: server.url, ...input };
    const { errors } = await models.execute(tenant.admin, upsertMutation, { input: given });
    return errors[0]?.extensions;
  };
  const dueNow = async ({ tenantId }: Tenant) => {
    await models.database.forTenant(tenantId).nativeUpdate(McpServerEntity, {}, { dueAt: new Date(0) });
  };

  test('a route has the approved tools with sealed credentials, and no others', async () => {
    const tenant = await newTenant();
    await server.set({ token: 'token', tools: [{ name: 'a' }, { name: 'b.c' }] });
    const { tools } = await upsert(tenant, { authentication: 'BEARER', bearerToken: 'token' });
    expect(await routed(tenant)).toEqual([]);
    for (const tool of tools) await approve(tenant, tool);
    const found = await routed(tenant);
    expect(found).toMatchObject([
      { name: 'crm_a', url: server.url, mcp: { server: 'crm', tool: 'a' } },
      { name: expect.stringMatching(/^crm_b_c_[0-9a-f]{8}$/), mcp: { server: 'crm', tool: 'b.c' } },
    ]);
    expect(found[0].secret).not.toContain('token');
    const purpose = mcpCredentialsPurpose(tenant.tenantId, 'crm');
    expect(JSON.parse(models.sealer.open(found[0].secret, purpose))).toEqual({ kind: 'BEARER', token: 'token' });
    const callable = async () =>
      (await models.execute(identityOf(tenant.tenantId), '{ callableTools { name mcpServer } }')).data.callableTools;
    expect(await callable()).toEqual(found.map(({ name }: { name: string }) => ({ name, mcpServer: 'crm' })));
    await upsert(tenant, { enabled: false });
    expect(await routed(tenant)).toEqual([]);
    expect(await callable()).toEqual([]);
  });

  test('what changed is noticed when the tools are listed again, and is out of the next route', async () => {
    const tenant = await newTenant();
    const [tool] = (await upsert(tenant)).tools;
    await approve(tenant, tool);
    expect(await routed(tenant)).toHaveLength(1);
    for (const changed of [{ description: 'Other words.' }, { inputSchema: { type: 'object' } }, { readOnly: false }]) {
      await server.set({ tools: [{ name: 'weather', ...changed }] });
      await dueNow(tenant);
      await listDueServers(services);
      await vi.waitFor(async () => expect(await routed(tenant)).toEqual([]));
      const { mcpServers } = await ask(tenant, `{ mcpServers { ${fields} } }`);
      expect(mcpServers[0].tools).toMatchObject([{ name: 'weather', enabled: false, isChanged: true }]);
      const unseen = { server: 'crm', tool: 'weather', hash: tool.hash, enabled: true };
      const { errors } = await models.execute(tenant.admin, setMutation, { input: unseen });
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.hash' });
      await approve(tenant, mcpServers[0].tools[0]);
      expect(await routed(tenant)).toHaveLength(1);
      await server.set({});
      await approve(tenant, (await upsert(tenant)).tools[0]);
    }
    await server.set({ tools: [] });
    await dueNow(tenant);
    await listDueServers(services);
    await vi.waitFor(async () => expect(await routed(tenant)).toEqual([]));
  });

  test('keys in another order are no change', async () => {
    const tenant = await newTenant();
    const properties = { a: { type: 'string' }, b: { type: 'string' } };
    await server.set({ tools: [{ name: 'weather', inputSchema: { type: 'object', properties } }] });
    const [first] = (await upsert(tenant)).tools;
    const turned = { properties: { b: { type: 'string' }, a: { type: 'string' } }, type: 'object' };
    await server.set({ tools: [{ name: 'weather', inputSchema: turned }] });
    expect((await upsert(tenant)).tools).toMatchObject([{ hash: first.hash }]);
  });

  test('a server that cannot be reached keeps its tools, and two processes list it once', async () => {
    const tenant = await newTenant();
    const [tool] = (await upsert(tenant)).tools;
    await approve(tenant, tool);
    await server.set({ raw: 'nonsense' });
    expect(await upsert(tenant)).toMatchObject({
      failure: expect.stringContaining('protocol'),
      tools: [{ name: 'weather', enabled: true }],
    });
    await server.set({});
    const lists = async () => (await server.asked()).asked.filter(({ method }) => method === 'tools/list').length;
    const before = await lists();
    await dueNow(tenant);
    await Promise.all([listDueServers(services), listDueServers(services)]);
    expect((await lists()) - before).toBe(1);
    expect(await routed(tenant)).toHaveLength(1);
  });

  test('tools that no model could be given are left out, and there are 64 at most', async () => {
    const tenant = await newTenant();
    const inputSchema = { type: 'object', properties: { a: { type: 'string', description: 'x'.repeat(9_000) } } };
    const many = Array.from({ length: 70 }, (_, index) => ({ name: `t${String(index).padStart(2, '0')}` }));
    await server.set({ tools: [{ name: 'a', inputSchema }, { name: 'x'.repeat(200) }, ...many] });
    const { tools, failure } = await upsert(tenant);
    expect(tools.map(({ name }: { name: string }) => name)).toEqual(many.slice(0, 64).map(({ name }) => name));
    expect(failure).toContain('8 of its tools are left out');
  });

  test('another tenant sees and changes nothing', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const [tool] = (await upsert(tenant)).tools;
    await approve(tenant, tool);
    expect(await ask(other, `{ mcpServers { name } }`)).toEqual({ mcpServers: [] });
    expect(await routed(other)).toEqual([]);
    const { errors } = await models.execute(other.admin, setMutation, {
      input: { server: 'crm', tool: 'weather', hash: tool.hash, enabled: false },
    });
    expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
    const em = models.database.forTenant(other.tenantId);
    expect([await em.count(McpServerEntity, {}), await em.count(McpToolEntity, {})]).toEqual([0, 0]);
    expect(await ask(tenant, 'mutation { deleteMcpServer(name: "crm") }')).toEqual({ deleteMcpServer: true });
    expect(await routed(tenant)).toEqual([]);
  });

  test('credentials that are kept do not move to another host', async () => {
    const tenant = await newTenant();
    await server.set({ token: 'token' });
    await upsert(tenant, { authentication: 'BEARER', bearerToken: 'token' });
    expect(await refused(tenant, { url: 'https://mcp.example.org/' })).toMatchObject({ argument: 'input.url' });
    expect(await upsert(tenant, { url: `${server.url}?a` })).toMatchObject({ failure: null });
  });

  test('credentials that were stored before there was a key are sealed at the start', async () => {
    const tenant = await newTenant();
    await upsert(tenant);
    const em = models.database.forTenant(tenant.tenantId);
    const credentials = JSON.stringify({ kind: 'BEARER', token: 'plain' });
    await em.nativeUpdate(McpServerEntity, {}, { credentials });
    await sealStoredSecrets(models);
    const stored = await models.database.forTenant(tenant.tenantId).findOneOrFail(McpServerEntity, { name: 'crm' });
    expect(stored.credentials).toMatch(/^sealed:/);
    expect(models.sealer.open(stored.credentials, mcpCredentialsPurpose(tenant.tenantId, 'crm'))).toBe(credentials);
  });

  test('bad input is refused and named', async () => {
    const tenant = await newTenant();
    for (const [input, argument] of [
      [{ name: 'A b' }, 'input.name'],
      [{ url: 'ftp://127.0.0.1/' }, 'input.url'],
      [{ url: 'https://user:pass@127.0.0.1/' }, 'input.url'],
      [{ timeoutMs: 0 }, 'input.timeoutMs'],
      [{ authentication: 'BEARER' }, 'input.bearerToken'],
      [{ authentication: 'BEARER', bearerToken: 'a\nb' }, 'input.bearerToken'],
      [{ authentication: 'CLIENT_CREDENTIALS', tokenUrl: 'x', clientId: 'a', clientSecret: 'b' }, 'input.tokenUrl'],
    ] as const) {
      expect(await refused(tenant, input)).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });
});
