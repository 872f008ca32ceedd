/** Notices of changes, over connections that break. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { startTcpProxy, type TcpProxy } from '../../tests/services/tcp-proxy.ts';
import type { TestClient } from '../../tests/support/client.ts';
import type { Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import {
  type ConversationNotice,
  createParlanceClient,
  type Notice,
  type Notices,
  type ParlanceClient,
  TypedDocumentString,
} from './index.ts';

let parlance: Parlance;
let ada: TestClient;
let wire: TcpProxy;
beforeAll(async () => {
  parlance = await startStandalone();
  ada = await parlance.as('ada');
  wire = await startTcpProxy(parlance.url);
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await parlance[Symbol.asyncDispose]();
});

const connect = (transport: 'websocket' | 'events', token = ada.token): ParlanceClient & Disposable => {
  const backoff = { firstMs: 20, longestMs: 200 };
  const client = createParlanceClient({ url: wire.url, auth: token, transport, webSocketImpl: WebSocket, backoff });
  return { ...client, [Symbol.dispose]: client.close };
};

const renameMutation =
  'mutation($id: ID!, $title: String) { updateConversation(id: $id, input: { title: $title }) { id } }';
const rename = (id: string, title: string) => ada.query(z.unknown(), renameMutation, { id, title });

/**
 * Repeats an act until a notice for which `isIt` is true arrives, because nothing reports that a subscription is in
 * force.
 */
const until = async <Change extends { readonly kind: string }>(
  notices: Notices<Change>,
  act: () => Promise<unknown>,
  isIt: (notice: Notice<Change>) => boolean,
): Promise<readonly string[]> => {
  const kinds: string[] = [];
  for (;;) {
    const next = notices.next();
    let came = false;
    const step = next.finally(() => {
      came = true;
    });
    while (!came) await act();
    const { value } = await step;
    if (value === undefined) throw new Error(`ended after ${kinds.join(', ')}`);
    kinds.push(value.kind);
    if (isIt(value)) return kinds;
  }
};

const isRenamedTo =
  (title: string) =>
  (notice: ConversationNotice): boolean =>
    notice.kind === 'UPDATED' && notice.conversation?.title === title;

test.each(['websocket', 'events'] as const)(
  'reports changes over %s, and after a lost connection that some may be missing',
  async (transport) => {
    using client = connect(transport);
    const conversationId = await ada.createConversation();
    const one = client.conversationChanged(conversationId);
    const all = client.conversationsChanged();
    for (const notices of [one, all]) {
      await until(notices, () => rename(conversationId, 'first'), isRenamedTo('first'));
    }
    wire.cut();
    for (const notices of [one, all]) {
      const kinds = await until(notices, () => rename(conversationId, 'second'), isRenamedTo('second'));
      expect(kinds.filter((kind) => kind === 'MISSED').length).toBeGreaterThan(0);
    }
    await one.return?.();
    expect(await one.next()).toEqual({ done: true, value: undefined });
    client.close();
    for await (const _ of all);
  },
);

test('reports the events of a subscription that an application wrote, with what it selects', async () => {
  using client = connect('events');
  const conversationId = await ada.createConversation();
  interface Renamed {
    readonly conversationsChanged: { readonly conversation: { readonly title: string | null } | null };
  }
  const document = new TypedDocumentString<Renamed, Record<string, never>>(
    'subscription { conversationsChanged { conversation { title } } }',
  );
  const notices = client.changes(document, {});
  await until(
    notices,
    () => rename(conversationId, 'own'),
    (notice) => notice.kind === 'CHANGED' && notice.data.conversationsChanged.conversation?.title === 'own',
  );
  await notices.return?.();
  expect((await notices.next()).done).toBe(true);
});

test('throws an error after which it cannot reconnect', async () => {
  using client = connect('websocket');
  const foreign = client.conversationChanged('0197c3a0-0000-7000-8000-000000000000');
  await expect(foreign.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await foreign.next()).done).toBe(true);
});
