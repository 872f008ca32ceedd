/**
 * Programs that sign in with an API key: it works as a token does, for as long as it is not revoked and has not
 * expired.
 */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createClient, streamSubscription, type TestClient } from '#tests/support/client.ts';
import { findUser, type Parlance } from '#tests/support/parlance.ts';

const create = 'mutation { createApiKey(input: { name: "another" }) { secret } }';
const revoke = 'mutation($id: ID!) { revokeApiKey(id: $id) { revokedAt } }';
const stop = 'mutation($id: ID!) { stopGeneration(messageId: $id) { id } }';
const long = 'script: tokens=10000 pace=5';

const ended = [expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } })];

export const apiKeySuite = (parlance: () => Parlance): void => {
  const withKey = (secret: string): TestClient => createClient(() => parlance().url, secret);

  /** The whole body of a stream over server-sent events, once its first event is there. */
  const overEvents = async (secret: string, id: string) => {
    const response = await fetch(parlance().url, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query: streamSubscription, variables: { id } }),
    });
    const [watched, whole] = response.body?.tee() ?? [];
    await watched?.getReader().read();
    return new Response(whole).text();
  };

  test('a key sends, streams and is shown as used; revoked in the middle it loses its streams and everything else', async () => {
    const ada = await parlance().as('ada');
    const key = await ada.createApiKey();
    await using program = withKey(key.secret);
    const { events } = await program.converse(await program.createConversation(), 'script: tokens=3');
    expect(events.at(-1)).toMatchObject({ message: { status: 'COMPLETED' } });
    const { assistantMessage } = await program.send(await program.createConversation(), long);
    const stream = program.stream(assistantMessage.id);
    await stream.next();
    const overSocket = expect(stream.all()).rejects.toEqual(ended);
    const body = overEvents(key.secret, assistantMessage.id);
    const used = await ada.query(
      z.object({ apiKeys: z.object({ edges: z.array(z.object({ node: z.looseObject({ id: z.string() }) })) }) }),
      '{ apiKeys { edges { node { id lastUsedAt revokedAt } } } }',
    );
    const shown = used.apiKeys.edges.find(({ node }) => node.id === key.id)?.node;
    expect(shown).toEqual({ id: key.id, lastUsedAt: expect.any(String), revokedAt: null });
    await key.revoke();
    await overSocket;
    expect(await body).toContain('"code":"UNAUTHENTICATED"');
    const { status, errors } = await program.ask('{ viewer { id } }');
    expect([status, errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    // Its user and what it wrote are untouched.
    await ada.query(z.unknown(), stop, { id: assistantMessage.id });
    expect((await ada.stream(assistantMessage.id).all()).at(-1)).toMatchObject({ message: { status: 'CANCELLED' } });
  });

  test('a key that expires ends its stream', async () => {
    const ada = await parlance().as('ada');
    const { assistantMessage } = await ada.send(await ada.createConversation(), long);
    const { secret } = await ada.createApiKey({ expiresAt: new Date(Date.now() + 1500).toISOString() });
    await using program = withKey(secret);
    await expect(program.stream(assistantMessage.id).all()).rejects.toEqual(ended);
    expect((await program.ask('{ viewer { id } }')).status).toBe(401);
    await ada.query(z.unknown(), stop, { id: assistantMessage.id });
  });

  test('a key reaches what its user may, with the rights that it was given, and no further', async () => {
    const ada = await parlance().as('ada', { roles: ['ADMIN'] });
    const grace = await parlance().as('grace');
    const { secret, id } = await ada.createApiKey();
    await using program = withKey(secret);
    const conversation = 'query($id: ID!) { conversation(id: $id) { id } }';
    const shape = z.object({ conversation: z.object({ id: z.string() }).nullable() });
    const [hers, his] = [await grace.createConversation(), await ada.createConversation()];
    expect((await program.query(shape, conversation, { id: his })).conversation).toEqual({ id: his });
    expect((await program.query(shape, conversation, { id: hers })).conversation).toBeNull();
    expect((await ada.query(shape, conversation, { id: hers })).conversation).toEqual({ id: hers });
    expect((await program.refusal(create)).extensions.code).toBe('FORBIDDEN');
    const ofGrace = { userId: findUser('grace').user.id };
    const list = 'query($userId: ID) { apiKeys(userId: $userId) { edges { node { id } } } }';
    expect((await program.refusal(list, ofGrace)).extensions.code).toBe('FORBIDDEN');
    // To others of the tenant, and to administrators of another one, it does not exist.
    const bob = await parlance().as('bob', { roles: ['ADMIN'] });
    for (const stranger of [grace, bob]) {
      expect((await stranger.refusal(revoke, { id })).extensions.code).toBe('NOT_FOUND');
      expect(JSON.stringify(await stranger.query(z.unknown(), list))).not.toContain(id);
    }
    await program.query(z.unknown(), '{ viewer { id } }');
  });

  test('a key that was never made, or is cut, is UNAUTHENTICATED', async () => {
    const { secret } = await (await parlance().as('ada')).createApiKey();
    for (const key of [secret.slice(0, -1), 'parlance_', `parlance_${'0'.repeat(64)}b841ca92`]) {
      await using program = withKey(key);
      const { status, errors } = await program.ask('{ viewer { id } }');
      expect([status, errors[0]?.extensions.code], key).toEqual([401, 'UNAUTHENTICATED']);
    }
  });
};
