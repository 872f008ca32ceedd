import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { accessChangedTopic } from '#kernel/access/access-list.ts';
import { deleteConversation, restoreConversation } from '../conversations/change-conversation.ts';
import { type Fixture, newIdentity, openFixture } from '../conversations.fixture.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { openSubgraph } from '../screening/admitting-subgraphs.fixture.ts';
import { ShareEntity } from '../transfer-entities.ts';
import { revokeShare, type ShownShare, shareConversation } from './share-conversation.ts';
import { findSharedConversation, readSharedMessages } from './shared-conversation.ts';
import { createSharedFiles } from './shared-files.ts';
import { renderSharedPage } from './shared-page.ts';
import { setSharing } from './sharing-policy.ts';
import { createAnyBlocked } from './shown-verdicts.ts';

let fixture: Fixture;
let safety: Awaited<ReturnType<typeof openSubgraph>>;
/** Ids of messages that safety calls blocked, or what it does instead of responding. */
let verdicts: ReadonlySet<string> | 'hangs up' = new Set();
beforeAll(async () => {
  fixture = await openFixture();
  safety = await openSubgraph(({ variables }) => {
    if (verdicts === 'hangs up') return 'hangs up';
    const blocked = verdicts;
    const messages = z.array(z.object({ id: z.string() })).parse(variables['messages']);
    return { _entities: messages.map(({ id }) => ({ moderation: { action: blocked.has(id) ? 'BLOCK' : 'FLAG' } })) };
  });
});
afterAll(async () => {
  await safety[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

const services = () => ({
  ...fixture,
  anyBlocked: createAnyBlocked(safety.client),
  changes: { announce: () => undefined },
  stopReplies: async () => undefined,
  replyCache: { withdraw: async () => undefined },
  // None of these shares has files.
  sharedFiles: createSharedFiles(safety.client),
  blobs: { publicOrigin: undefined },
});
const share = (conversation: Conversation, more: { expiresAt?: Date; as?: Identity } = {}): Promise<ShownShare> =>
  shareConversation(services(), more.as ?? fixture.identity, { conversationId: conversation.id, ...more });
const find = (token = '') => findSharedConversation(services(), token);
/** The texts that the token shows; null where nothing is shared. */
const textsOf = async (token = ''): Promise<readonly string[] | null> => {
  const shared = await find(token);
  if (!shared) return null;
  return (await readSharedMessages(services(), shared, {})).edges.map(({ node }) => node.content);
};
const pageOf = (token = '', page = 1, language = 'en') => renderSharedPage(services(), { token, language, page });
const em = () => fixture.database.forTenant(fixture.identity.tenantId);
/** A shared conversation of one turn. */
const shared = async () => {
  const conversation = await fixture.conversation();
  const { question, reply } = await fixture.turn(conversation, undefined, 'one');
  return { conversation, question, reply, ...(await share(conversation)) };
};

describe('a share', () => {
  test('shows the current branch as it was, and nothing of who wrote it', async () => {
    const conversation = await fixture.conversation();
    const { question, reply } = await fixture.turn(conversation, undefined, 'one');
    await fixture.turn(conversation, question, 'on another branch');
    const { reply: last } = await fixture.turn(conversation, reply, 'two', { modelId: 'test/model' });
    await em().nativeUpdate(ConversationEntity, { id: conversation.id }, { title: 'Before', systemPrompt: 'Be kind.' });
    const { token } = await share(conversation);
    await fixture.turn(conversation, last, 'three');
    await em().nativeUpdate(ConversationEntity, { id: conversation.id }, { title: 'After' });

    expect(await textsOf(token)).toEqual(['one', 'reply to one', 'two', 'reply to two']);
    const view = await find(token);
    expect(view).toMatchObject({ title: 'Before', messageCount: 4, expiresAt: null });
    if (!view) throw new Error('nothing is shared');
    const text = JSON.stringify(await readSharedMessages(services(), view, {})) + (await pageOf(token)).html;
    for (const secret of [conversation.id, question.id, last.id, fixture.identity.userId, fixture.identity.tenantId]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('test/model');
    expect(text).not.toContain('Be kind.');
  });

  test('is opened by its token alone, of which only a hash is stored', async () => {
    const { token = '', share: made } = await shared();
    expect(token).toHaveLength(43);
    expect(JSON.stringify(await em().findOneOrFail(ShareEntity, { id: made.id }))).not.toContain(token);
    for (const other of ['', 'x', made.id, made.tokenHash, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`]) {
      expect(await find(other)).toBeNull();
    }
  });

  test('ends above the first message that is being written', async () => {
    const conversation = await fixture.conversation();
    const { reply } = await fixture.turn(conversation, undefined, 'one');
    const { reply: running } = await fixture.turn(conversation, reply, 'two', { status: 'STREAMING', content: '' });
    await fixture.turn(conversation, running, 'three', { status: 'QUEUED', content: '' });
    const { token, share: made } = await share(conversation);
    await em().nativeUpdate(MessageEntity, { id: running.id }, { status: 'COMPLETED', content: 'written later' });
    expect([made.messageCount, await textsOf(token)]).toEqual([3, ['one', 'reply to one', 'two']]);
  });

  test('needs a message, and a time in the future', async () => {
    const empty = await fixture.conversation();
    await expect(share(empty)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await fixture.turn(empty, undefined, 'one');
    const past = { expiresAt: new Date(Date.now() - 1) };
    await expect(share(empty, past)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: 'expiresAt' });
  });

  test('is made and ended by the owner of the conversation alone', async () => {
    const { conversation, share: made, token } = await shared();
    const others = [
      newIdentity(),
      { ...newIdentity(), tenantId: fixture.identity.tenantId },
      { ...newIdentity(), tenantId: fixture.identity.tenantId, roles: ['ADMIN' as const] },
    ];
    for (const as of others) {
      await expect(share(conversation, { as })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(revokeShare(services(), as, made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await fixture.database.forTenant(as.tenantId).count(ShareEntity, { ownerId: as.userId })).toBe(0);
    }
    expect(await fixture.database.forTenant(uuidv7()).count(ShareEntity, {})).toBe(0);
    expect(await textsOf(token)).toHaveLength(2);
  });
});

describe('a share is gone', () => {
  test('when it is revoked, which can be repeated', async () => {
    const { share: made, token } = await shared();
    const revoked = await revokeShare(services(), fixture.identity, made.id);
    expect(revoked.revokedAt).not.toBeNull();
    expect((await revokeShare(services(), fixture.identity, made.id)).revokedAt).toEqual(revoked.revokedAt);
    expect([await find(token), (await pageOf(token)).isFound]).toEqual([null, false]);
  });

  test('when the conversation is shared again', async () => {
    const { conversation, token } = await shared();
    const again = await share(conversation);
    expect([await find(token), await textsOf(again.token)]).toEqual([null, ['one', 'reply to one']]);
  });

  test('when its time is over', async () => {
    const { conversation } = await shared();
    const { token, share: made } = await share(conversation, { expiresAt: new Date(Date.now() + 60_000) });
    expect(await find(token)).not.toBeNull();
    await em().nativeUpdate(ShareEntity, { id: made.id }, { expiresAt: new Date(Date.now() - 1) });
    expect(await find(token)).toBeNull();
  });

  test('when its conversation is deleted, and stays gone when that is restored', async () => {
    const { conversation, token } = await shared();
    await deleteConversation(services(), fixture.identity, conversation.id);
    expect(await find(token)).toBeNull();
    const screening = { instructions: async () => undefined };
    const limits = { maxContentLength: 1, maxStoredBytes: 1 };
    await restoreConversation({ ...services(), screening, ...limits }, fixture.identity, conversation.id);
    expect(await find(token)).toBeNull();
  });

  test('when a message of it is blocked, and not when one of another branch is', async () => {
    const { conversation, question, reply, token } = await shared();
    const block = ({ id }: Message) => em().nativeUpdate(MessageEntity, { id }, { status: 'BLOCKED' });
    const { reply: elsewhere } = await fixture.turn(conversation, question, 'on another branch');
    await block(elsewhere);
    expect(await find(token)).not.toBeNull();
    await block(reply);
    expect(await find(token)).toBeNull();
    expect((await em().findOneOrFail(ShareEntity, { conversationId: conversation.id })).revokedAt).not.toBeNull();
    conversation.headId = reply.id;
    await em().nativeUpdate(ConversationEntity, { id: conversation.id }, { headId: reply.id });
    await expect(share(conversation)).rejects.toMatchObject({ code: 'CONTENT_BLOCKED' });
  });

  test('when the screening blocks a reply after its end, for good', async () => {
    const { conversation, reply, token } = await shared();
    verdicts = new Set([reply.id]);
    expect(await find(token)).toBeNull();
    await expect(share(conversation)).rejects.toMatchObject({ code: 'CONTENT_BLOCKED' });
    verdicts = new Set();
    expect(await find(token)).toBeNull();
  });

  test('while its owner is deactivated', async () => {
    const { token } = await shared();
    const decide = (version: number, isActive: boolean) =>
      fixture.signals.publish(accessChangedTopic, { ...ofOwner, version, isActive, role: null });
    const { tenantId, userId } = fixture.identity;
    const ofOwner = { tenantId, userId };
    await decide(1, false);
    expect(await find(token)).toBeNull();
    await decide(2, true);
    expect(await find(token)).not.toBeNull();
  });

  test('and nothing is shown while the screening cannot be asked', async () => {
    const { token } = await shared();
    verdicts = 'hangs up';
    await expect(find(token)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    verdicts = new Set();
    expect(await find(token)).not.toBeNull();
  });
});

describe('a tenant that forbids sharing', () => {
  test('shares nothing and shows nothing, until it allows it again; other tenants share', async () => {
    const { token, conversation } = await shared();
    await setSharing(fixture, newIdentity(), false);
    expect(await textsOf(token)).toHaveLength(2);
    await setSharing(fixture, fixture.identity, false);
    expect(await find(token)).toBeNull();
    expect((await pageOf(token)).isFound).toBe(false);
    await expect(share(conversation)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('Ask an administrator'),
    });
    await setSharing(fixture, fixture.identity, true);
    expect(await textsOf(token)).toHaveLength(2);
    await share(conversation);
    expect(await find(token)).toBeNull();
  });
});

describe('the page of a share', () => {
  test('shows text as text: no markup of it, no script, no request, safe links only', async () => {
    const conversation = await fixture.conversation();
    const hostile = [
      '<script>alert(1)</script> <img src=x onerror=alert(1)>',
      '[run](javascript:alert(1)) [data](data:text/html,x) ![pixel](https://evil.example/a.png)',
      '[fine](https://example.com/?a=1&b="2") **bold** `<b>`',
      '```html\n</code></pre><script>1</script>\n```',
    ].join('\n\n');
    await fixture.turn(conversation, undefined, hostile);
    await em().nativeUpdate(ConversationEntity, { id: conversation.id }, { title: '</title><script>1</script>' });
    const { html, policy } = await pageOf((await share(conversation)).token);
    expect(html).not.toMatch(/<(script|img|iframe|form|object|link(?! rel="icon" href="data:,")|base)/i);
    expect(html).not.toMatch(/href="(?!https:\/\/(example\.com|evil\.example)\/|data:,")/);
    expect(html).toContain('<strong>bold</strong>');
    expect(html).toContain('<meta name="robots" content="noindex, nofollow">');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(policy).not.toMatch(/script-src|unsafe|https?:|\*/);
  });

  test('is in the language of its reader, also where nothing is shared', async () => {
    const { token } = await shared();
    expect((await pageOf(token, 1, 'de-AT,de;q=0.9')).html).toContain('<html lang="de">');
    expect((await pageOf('x', 1, 'de')).html).toContain('Hier ist nichts geteilt');
    expect((await pageOf('x', 1, 'fr')).html).toContain('Nothing is shared here');
  });

  test('shows a long conversation in parts', async () => {
    const conversation = await fixture.conversation();
    let above: Message | undefined;
    for (let turn = 1; turn <= 21; turn += 1) above = (await fixture.turn(conversation, above, `turn ${turn}.`)).reply;
    const { token } = await share(conversation);
    const [first, second] = [await pageOf(token), await pageOf(token, 2)];
    expect(first.html.match(/<article/g)).toHaveLength(40);
    expect(second.html.match(/<article/g)).toHaveLength(2);
    expect(first.html).toContain('href="?page=2"');
    expect(second.html).toContain('reply to turn 21.');
    expect((await pageOf(token, 999)).html).toBe(second.html);
  });
});
