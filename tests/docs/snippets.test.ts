/**
 * The snippets of the documents do what they say: those of the README and the SDK run against a standalone, and every
 * GraphQL document is valid.
 */
import { spawn } from 'node:child_process';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { textOf } from '#tests/scripted-provider/script.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { documentFiles, type Fence, fencesOf, readDocument, root } from '#tests/support/markdown.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { withDeferDirective } from '../../gateway/supergraph/defer-directive.ts';
import { signatureHeaders } from '../../inference-workers/tools/sign-call.ts';

/** What the guide for frontends defines. */
type Follow = (options: {
  readonly url: string;
  readonly getToken: () => string;
  readonly messageId: string;
  readonly onText: (text: string) => void;
  readonly webSocketImpl: typeof WebSocket;
}) => Promise<{ readonly __typename: string; readonly seq: number }>;

/** What the page for administrators defines. */
type IsSigned = (secret: string, headers: Readonly<Record<string, string>>, body: string) => boolean;

const separator = '--- next snippet ---';
/** A standalone has to start and the machine may be busy. */
const timeout = 120_000;

/** Standard output of a shell script; throws with standard error when it fails. */
const runShell = async (script: string, directory: string, environment: Record<string, string>): Promise<string> => {
  const child = spawn('/bin/sh', ['-ec', script], { cwd: directory, env: { ...process.env, ...environment } });
  let [output, faults] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    faults += String(chunk);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${output}\n${faults}`);
  return output;
};

/** Runs the marked blocks in order, in one shell, in a directory that looks like a clone. */
const runMarked = async (fences: readonly Fence[], origin: string, dataDirectory: string): Promise<string[]> => {
  await using clone = await createDirectory();
  for (const entry of await readdir(root)) await symlink(join(root, entry), join(clone.path, entry));
  const here = (text: string): string => text.replaceAll('127.0.0.1:4000', new URL(origin).host);
  const scripts: string[] = [];
  for (const { mark, text } of fences) {
    const [, file] = mark?.match(/^test: (.+)$/) ?? [];
    if (file !== undefined) await writeFile(join(clone.path, file), here(text));
    else if (mark === 'test') scripts.push(here(text));
  }
  const output = await runShell(scripts.join(`\necho '${separator}'\n`), clone.path, { DATA_DIR: dataDirectory });
  return output.split(`${separator}\n`);
};

test('the snippets of the README work as they stand', { timeout }, async () => {
  await using data = await createDirectory();
  // As a new user has it: no model but the demonstration.
  const environment = {
    DATA_DIR: data.path,
    OPENAI_API_KEY: '',
    OPENAI_BASE_URL: '',
    DEMONSTRATION_MODEL: 'on',
    DEMONSTRATION_TOKENS_PER_SECOND: '0',
  };
  await using standalone = await startStandalone({ environment });
  const outputs = await runMarked(fencesOf(await readDocument('README.md')), standalone.url, data.path);
  expect(outputs).toHaveLength(3);
  const [token, query, stream] = outputs;
  expect(token).toBe('');
  expect(JSON.parse(query ?? '')).toEqual({
    data: {
      viewer: { email: 'ada@acme.example', role: 'ADMIN' },
      tenant: { name: 'acme', plan: 'PRO' },
      models: [{ id: 'parlance/demonstration' }],
    },
  });
  expect(stream).toMatch(/^This is the demonstration of Parlance.*You asked: “What are you”.*\n$/s);
});

test('the example of the SDK works as it stands', { timeout }, async () => {
  await using data = await createDirectory();
  const environment = { DATA_DIR: data.path, DEMONSTRATION_MODEL: 'on', DEMONSTRATION_TOKENS_PER_SECOND: '0' };
  await using standalone = await startStandalone({
    environment: { ...environment, OPENAI_API_KEY: '', OPENAI_BASE_URL: '' },
  });
  const [output] = await runMarked(fencesOf(await readDocument('docs/sdk.md')), standalone.url, data.path);
  expect(output).toMatch(/^This is the demonstration of Parlance.*You asked: “What are you”/s);
});

/** What tsc says of a file in a directory that looks like a clone; empty when all is well. */
const typeFaults = async (file: string, text: string): Promise<string> => {
  await using clone = await createDirectory();
  for (const entry of await readdir(root)) await symlink(join(root, entry), join(clone.path, entry));
  await writeFile(join(clone.path, file), text);
  const project = {
    extends: './tsconfig.json',
    compilerOptions: { noEmit: true, lib: ['ESNext', 'DOM', 'DOM.Iterable'], jsx: 'react-jsx' },
    include: [],
    files: [file],
  };
  await writeFile(join(clone.path, 'tsconfig.snippet.json'), JSON.stringify(project));
  return await runShell('node_modules/.bin/tsc -p tsconfig.snippet.json || true', clone.path, {});
};

test('the chat of the SDK’s page has right types', { timeout }, async () => {
  const snippet = fencesOf(await readDocument('docs/sdk.md')).find(({ mark }) => mark === 'test: chat.tsx');
  const text = snippet?.text ?? '';
  expect(text).toContain('useTimeline');
  expect(await typeFaults('chat.tsx', text)).toBe('');
  expect(await typeFaults('chat.tsx', text.replace('message={message}', 'message={message.key}'))).toContain('TS2322');
});

test('follow of the guide for frontends goes on after a lost connection, with each event once', {
  timeout,
}, async () => {
  await using standalone = await startStandalone();
  await using wire = await startTcpProxy(standalone.url);
  await using directory = await createDirectory();
  await symlink(join(root, 'node_modules'), join(directory.path, 'node_modules'));
  const snippet = fencesOf(await readDocument('docs/frontend.md')).find(({ mark }) => mark === 'test: follow.mjs');
  const file = join(directory.path, 'follow.mjs');
  await writeFile(file, snippet?.text ?? '');
  const { follow }: { follow: Follow } = await import(file);

  const ada = await standalone.as('ada');
  const { assistantMessage } = await ada.send(await ada.createConversation(), 'script: tokens=60 pace=5');
  const texts: string[] = [];
  const last = await follow({
    url: wire.url.replace(/^http/, 'ws'),
    getToken: () => ada.token,
    messageId: assistantMessage.id,
    webSocketImpl: WebSocket,
    onText(text) {
      if (texts.push(text) === 5) wire.cut();
    },
  });
  expect(last.__typename).toBe('MessageCompleted');
  expect(texts).toHaveLength(last.seq);
  expect(texts.at(-1)).toBe(textOf(60));
});

test('the ten lines of the page for administrators take what a worker signs, and nothing else', async () => {
  await using directory = await createDirectory();
  const snippet = fencesOf(await readDocument('docs/admin.md')).find(({ mark }) => mark === 'test: verify.mjs');
  const file = join(directory.path, 'verify.mjs');
  await writeFile(file, snippet?.text ?? '');
  const { isSigned }: { isSigned: IsSigned } = await import(file);
  const call = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id: 'm:1', at: Date.now(), body: '{"é":1}' };
  const headers = signatureHeaders(call);
  const rotated = `${signatureHeaders({ ...call, secret: 'whsec_b3RoZXI=' })['webhook-signature']} ${headers['webhook-signature']}`;
  expect(isSigned(call.secret, headers, call.body)).toBe(true);
  expect(isSigned(call.secret, { ...headers, 'webhook-signature': rotated }, call.body)).toBe(true);
  expect(isSigned('whsec_b3RoZXI=', headers, call.body)).toBe(false);
  expect(isSigned(call.secret, headers, '{"é":2}')).toBe(false);
  expect(isSigned(call.secret, signatureHeaders({ ...call, at: call.at - 600_000 }), call.body)).toBe(false);
  expect(isSigned(call.secret, {}, call.body)).toBe(false);
});

test('every GraphQL document in the documentation is valid in the supergraph', async () => {
  const supergraph = Supergraph.build(await readFile(join(root, 'supergraph.graphql'), 'utf8'));
  const schema = withDeferDirective(supergraph.apiSchema().toGraphQLJSSchema());
  let found = 0;
  for (const file of await documentFiles()) {
    for (const { language, text } of fencesOf(await readDocument(file))) {
      if (language !== 'graphql') continue;
      found += 1;
      expect(validate(schema, parse(text)), `${file}:\n${text}`).toEqual([]);
    }
  }
  expect(found).toBeGreaterThan(0);
});
