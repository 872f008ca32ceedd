/** How providers are reached: credentials, what is loaded for them, and bounds that hold for all requests of a call. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openDialectFixture } from './dialect-worker.fixture.ts';
import { dialects } from './dialects.fixture.ts';

const { google, vertex, bedrock } = dialects;

test('requests to Bedrock are signed with access keys where there is no key', async () => {
  const keys = { BEDROCK_ACCESS_KEY_ID: 'AKIDEXAMPLE', BEDROCK_SECRET_ACCESS_KEY: 'a secret' };
  await using fixture = await openDialectFixture(bedrock, [bedrock.reply({ texts: ['Hello.'] })], {
    environment: { AWS_BEARER_TOKEN_BEDROCK: '', ...keys },
  });
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ text: 'Hello.' });
  expect(fixture.asked[0]?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=.*host.*Signature=[0-9a-f]{64}$/,
  );
});

test('Vertex AI is reached in a project with the credentials of a file', async () => {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'parlance-credentials-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const tokens = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';
    response.end(
      JSON.stringify({ access_token: 'a token', issued_token_type, token_type: 'Bearer', expires_in: 3_600 }),
    );
  });
  await once(tokens.listen(0, '127.0.0.1'), 'listening');
  opened.defer(() => {
    tokens.closeAllConnections();
    tokens.close();
  });
  const address = tokens.address();
  const [subject, credentials] = [join(directory, 'subject'), join(directory, 'credentials.json')];
  await writeFile(subject, 'a subject');
  await writeFile(
    credentials,
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/one',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/token`,
      credential_source: { file: subject },
    }),
  );
  await using fixture = await openDialectFixture(vertex, [vertex.reply({ texts: ['Hello.'] })], {
    environment: {
      GOOGLE_VERTEX_API_KEY: '',
      GOOGLE_VERTEX_PROJECT: 'my-project',
      GOOGLE_VERTEX_LOCATION: 'europe-west4',
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
    },
  });
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ text: 'Hello.' });
  expect(fixture.asked[0]?.headers).toMatchObject({ authorization: 'Bearer a token' });
});

test('a variable that does not name a place leaves its provider out', async () => {
  const environment = { BEDROCK_REGION: 'eu.example/', GOOGLE_VERTEX_API_KEY: '', GOOGLE_VERTEX_PROJECT: 'a/../b' };
  await using ofAmazon = await openDialectFixture(bedrock, [], { environment });
  await using ofGoogle = await openDialectFixture(vertex, [], {
    environment: { ...environment, GOOGLE_VERTEX_LOCATION: 'eu' },
  });
  expect([ofAmazon.served, ofGoogle.served]).toEqual([[], []]);
});

test('a reply that is continued for ever with further requests ends', async () => {
  const more = { candidates: [{ finishReason: 'CONTINUATION', continuationToken: 'next', index: 0 }] };
  await using fixture = await openDialectFixture(google, [[Buffer.from(`data: ${JSON.stringify(more)}\n\n`)]]);
  expect(await fixture.finished(await fixture.ask('Hi'))).toMatchObject({ status: 'FAILED' });
  expect(fixture.asked).toHaveLength(8);
});

test('a request that was sent is billed when it is stopped before its response', async () => {
  const asked = Promise.withResolvers<void>();
  await using fixture = await openDialectFixture(google, [() => asked.resolve()]);
  const sent = await fixture.ask('Hi');
  await asked.promise;
  await fixture.streamLog.requestStop(sent);
  const { status, usage } = await fixture.finished(sent);
  expect(status).toBe('CANCELLED');
  expect(usage).toMatchObject({ source: 'COUNTED' });
  expect(usage?.inputTokens).toBeGreaterThan(0);
});

const script = `
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({ load(url, context, next) { const [, name] = /node_modules\\/(@ai-sdk\\/[^/]+|google-auth-library)\\//.exec(url) ?? []; if (name) loaded.add(name); return next(url, context); } });
const { discoverModels } = await import('#root/inference-workers/providers/discover-models.ts');
const { readModelsFile } = await import('#root/kernel/catalogue/models-file.ts');
const { createLogger } = await import('#root/kernel/log.ts');
const registry = await discoverModels({ environment: process.env, connectTimeoutMs: 1, discoveryTimeoutMs: 1, discoveryEveryMs: 0, demonstrationTokensPerSecond: 0, llama: undefined }, await readModelsFile('models.yaml'), createLogger('test', 'silent'));
console.log(JSON.stringify({ loaded: [...loaded].sort(), models: registry.models.map((one) => one.modelId) }));
await registry[Symbol.asyncDispose]();
`;
const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  [{}, [], ['parlance/demonstration']],
  [{ GEMINI_API_KEY: 'a key' }, ['@ai-sdk/google'], ['google/gemini-3.5-flash', 'parlance/demonstration']],
  // None of its models is in the file.
  [{ GOOGLE_VERTEX_API_KEY: 'a key' }, [], ['parlance/demonstration']],
])('with %o, only the packages of the provider are loaded', async (environment, packages, models) => {
  const code = script.replaceAll('#root/', root);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
  });
  const { loaded, models: served } = JSON.parse(stdout);
  const ours = ['@ai-sdk/google', '@ai-sdk/google-vertex', '@ai-sdk/amazon-bedrock', 'google-auth-library'];
  expect(ours.filter((name) => loaded.includes(name))).toEqual(packages);
  expect(served).toEqual(models);
});
