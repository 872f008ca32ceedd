/** Shares: conversations that people read without a sign-in, until something ends that. */
import sharp from 'sharp';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import { findUser, type Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { uploadFile } from '#tests/support/upload-file.ts';

const shareMutation = `mutation Share($id: ID!, $until: DateTime) {
  shareConversation(id: $id, expiresAt: $until) { id token messageCount expiresAt conversation { share { id token } } }
}`;
const shareShape = z.object({
  shareConversation: z.object({
    id: z.string(),
    token: z.string(),
    messageCount: z.number(),
    expiresAt: z.string().nullable(),
    conversation: z.object({ share: z.object({ id: z.string(), token: z.null() }) }),
  }),
});
const readQuery = `query Shared($token: String!) {
  sharedConversation(token: $token) { messageCount messages { edges { node { role content modelId } } } }
}`;
const readShape = z.object({
  data: z
    .object({
      sharedConversation: z
        .object({ messages: z.object({ edges: z.array(z.object({ node: z.object({ content: z.string() }) })) }) })
        .nullable(),
    })
    .nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).optional(),
});

const fileShareMutation = `mutation ($id: ID!, $withFiles: Boolean!) {
  shareConversation(id: $id, withFiles: $withFiles) { id token } }`;
const fileShareShape = z.object({ shareConversation: z.object({ id: z.string(), token: z.string() }) });
const fileReadQuery = `query ($token: String!) { sharedConversation(token: $token) { messages { edges { node {
  attachments { name mediaType byteSize url previewUrl } } } } } }`;
const attachment = z.object({
  name: z.string(),
  byteSize: z.number(),
  url: z.string(),
  previewUrl: z.string().nullable(),
});
const fileReadShape = z.object({
  data: z.object({
    sharedConversation: z
      .object({
        messages: z.object({ edges: z.array(z.object({ node: z.object({ attachments: z.array(attachment) }) })) }),
      })
      .nullable(),
  }),
});

/** Asks without a sign-in. */
const ask = async (url: string, query: string, variables: object = {}): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
};
const visit = async (url: string, query: string, variables: object = {}) =>
  readShape.parse(await ask(url, query, variables));

const share = async (client: TestClient, text: string) => {
  const id = await client.createConversation();
  await client.converse(id, text);
  const { shareConversation: shared } = await client.query(shareShape, shareMutation, { id });
  return { ...shared, conversationId: id };
};

export const shareSuite = (parlance: () => Parlance): void => {
  const read = async (token: string) => {
    const { data, errors } = await visit(parlance().url, readQuery, { token });
    expect(errors).toBeUndefined();
    return data?.sharedConversation?.messages.edges.map(({ node }) => node.content) ?? null;
  };
  const page = async (token: string) => {
    const response = await fetch(new URL(`/s/${token}`, parlance().url));
    return { status: response.status, headers: response.headers, html: await response.text() };
  };
  /** Whether neither the query nor the page shows anything. */
  const isGone = async (token: string): Promise<boolean> =>
    (await read(token)) === null && (await page(token)).status === 404;

  test('a shared conversation is read without a sign-in, by the query and as a page without scripts', async () => {
    const grace = await parlance().as('grace');
    const question = `script: tokens=3 ${uuidv7()} <script>alert(1)</script>`;
    const { conversationId: id, token, messageCount, conversation } = await share(grace, question);
    const texts = await read(token);
    expect([messageCount, texts?.length, texts?.[0]]).toEqual([2, 2, question]);
    expect(conversation.share.token).toBeNull();
    const { status, headers, html } = await page(token);
    expect([status, headers.get('cache-control'), headers.get('x-robots-tag')]).toEqual([
      200,
      'no-store',
      'noindex, nofollow',
    ]);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^;]*; img-src data:;/,
    );
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const { tenant, user } = findUser('grace');
    for (const secret of [id, tenant.id, user.id, 'grace']) expect(html + JSON.stringify(texts)).not.toContain(secret);

    const { errors } = await visit(parlance().url, `{ sharedConversation(token: "${token}") { id } viewer { id } }`);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const bob = await parlance().as('bob');
    expect((await bob.refusal(shareMutation, { id })).extensions.code).toBe('NOT_FOUND');
  });

  test('a share with files shows and gives them by its own links, as long as it stands', async () => {
    const [ada, grace] = [await parlance().as('ada', { roles: ['ADMIN'] }), await parlance().as('grace')];
    const picture = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#135' } })
      .png()
      .toBuffer();
    const text = Buffer.from('The code is E-4711.');
    const uploads = [
      await uploadFile(parlance(), grace, { name: 'codes.txt', content: text }),
      await uploadFile(parlance(), grace, { name: 'map.png', content: picture }),
    ];
    const ids = uploads.map(({ id }) => id);
    const id = await grace.createConversation();
    await grace.converse(id, `script: tokens=3 ${uuidv7()}`, { attachmentIds: ids });
    const make = async (withFiles: boolean) => {
      const variables = { id, withFiles };
      return (await grace.query(fileShareShape, fileShareMutation, variables)).shareConversation;
    };
    const load = (path: string) => fetch(new URL(path, parlance().url));
    const plain = await make(false);
    expect((await page(plain.token)).html).not.toContain('codes.txt');
    expect((await load(`/s/${plain.token}/files/1-0`)).status).toBe(404);

    const { token, id: shareId } = await make(true);
    const files = async () => {
      const { data } = fileReadShape.parse(await ask(parlance().url, fileReadQuery, { token }));
      return data.sharedConversation?.messages.edges[0]?.node.attachments ?? [];
    };
    const shown = await files();
    expect(shown.map(({ name, byteSize }) => [name, byteSize])).toEqual([
      ['codes.txt', text.length],
      ['map.png', picture.length],
    ]);
    const [first, second] = shown;
    const saved = await load(first?.url ?? '');
    expect([await saved.text(), saved.headers.get('content-disposition')?.split(';')[0]]).toEqual([
      String(text),
      'attachment',
    ]);
    const preview = await load(second?.previewUrl ?? '');
    expect([preview.status, preview.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const { html } = await page(token);
    expect(html).toContain(`<img src="${second?.previewUrl}"`);
    const { tenant, user } = findUser('grace');
    for (const secret of [...ids, id, tenant.id, user.id]) expect(html + JSON.stringify(shown)).not.toContain(secret);
    expect((await load(`/s/${plain.token}/files/1-0`)).status).toBe(404);

    await grace.query(z.unknown(), 'mutation ($id: ID!) { deleteFile(id: $id) }', { id: ids[1] });
    expect((await files()).map(({ name }) => name)).toEqual(['codes.txt']);
    expect((await load(second?.url ?? '')).status).toBe(404);
    const setActive = 'mutation($id: ID!, $is: Boolean!) { setUserActive(userId: $id, isActive: $is) { isActive } }';
    await ada.query(z.unknown(), setActive, { id: user.id, is: false });
    try {
      await until(
        async () => (await load(first?.url ?? '')).status,
        (status) => status === 404,
      );
    } finally {
      await ada.query(z.unknown(), setActive, { id: user.id, is: true });
    }
    await until(
      async () => (await load(first?.url ?? '')).status,
      (status) => status === 200,
    );
    const revoke = 'mutation Revoke($id: ID!) { revokeShare(id: $id) { revokedAt } }';
    await until(
      () => grace.ask(revoke, { id: shareId }),
      ({ errors }) => errors.length === 0,
    );
    expect((await load(first?.url ?? '')).status).toBe(404);
  });

  test('a tenant forbids sharing: links lead nowhere until it is allowed again, and users cannot decide that', async () => {
    const [ada, grace] = [await parlance().as('ada', { roles: ['ADMIN'] }), await parlance().as('grace')];
    const { token, conversationId: id } = await share(grace, 'script: tokens=2');
    const set = 'mutation ($is: Boolean!) { setSharing(isAllowed: $is) }';
    expect((await grace.refusal(set, { is: false })).extensions.code).toBe('FORBIDDEN');
    await ada.query(z.unknown(), set, { is: false });
    try {
      expect(await isGone(token)).toBe(true);
      expect((await grace.refusal(shareMutation, { id })).extensions.code).toBe('FORBIDDEN');
    } finally {
      await ada.query(z.unknown(), set, { is: true });
    }
    expect(await isGone(token)).toBe(false);
  });

  test('a share is gone at once when it is revoked, its conversation deleted or its owner deactivated', async () => {
    const [ada, grace] = [await parlance().as('ada', { roles: ['ADMIN'] }), await parlance().as('grace')];
    const [revoked, deleted, kept] = [
      await share(grace, 'script: tokens=2'),
      await share(grace, 'script: tokens=2'),
      await share(grace, 'script: tokens=2'),
    ];
    await grace.query(z.unknown(), 'mutation Revoke($id: ID!) { revokeShare(id: $id) { revokedAt } }', revoked);
    expect(await isGone(revoked.token)).toBe(true);
    await grace.query(z.unknown(), 'mutation($id: ID!) { deleteConversation(id: $id) { id } }', {
      id: deleted.conversationId,
    });
    await grace.query(z.unknown(), 'mutation($id: ID!) { restoreConversation(id: $id) { id } }', {
      id: deleted.conversationId,
    });
    expect(await isGone(deleted.token)).toBe(true);

    const setActive = 'mutation($id: ID!, $is: Boolean!) { setUserActive(userId: $id, isActive: $is) { isActive } }';
    const { user } = findUser('grace');
    await ada.query(z.unknown(), setActive, { id: user.id, is: false });
    try {
      await until(() => isGone(kept.token), Boolean);
    } finally {
      await ada.query(z.unknown(), setActive, { id: user.id, is: true });
    }
    await until(
      () => read(kept.token),
      (texts) => texts !== null,
    );
  });
};
