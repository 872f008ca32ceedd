import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Fixture, openFixture } from '../conversations.fixture.ts';
import { MessageEntity } from '../entities.ts';
import { openSubgraph } from '../screening/admitting-subgraphs.fixture.ts';
import { ShareEntity } from '../transfer-entities.ts';
import { revokeShare, shareConversation } from './share-conversation.ts';
import { findSharedConversation, readSharedMessages } from './shared-conversation.ts';
import { findSharedFileLink } from './shared-file-link.ts';
import { createSharedFiles } from './shared-files.ts';
import { renderSharedPage } from './shared-page.ts';
import { createAnyBlocked } from './shown-verdicts.ts';

interface KnownFile {
  readonly ownerId: string;
  readonly isPicture?: boolean;
}

let fixture: Fixture;
/** What knowledge has; ids that are not here were deleted. */
const files = new Map<string, KnownFile>();
const links: Readonly<Record<string, unknown>>[] = [];
let safety: Awaited<ReturnType<typeof openSubgraph>>;
let knowledge: Awaited<ReturnType<typeof openSubgraph>>;
const askedSchema = z.array(z.object({ id: z.string() }));
beforeAll(async () => {
  fixture = await openFixture();
  safety = await openSubgraph(({ variables }) => ({
    _entities: askedSchema.parse(variables['messages']).map(() => ({ moderation: null })),
  }));
  knowledge = await openSubgraph(({ variables }) => {
    if ('place' in variables || 'seconds' in variables) {
      links.push(variables);
      const file = files.get(String(variables['id']));
      return { fileLink: file?.ownerId === fixture.identity.userId ? `/blobs/${variables['id']}` : null };
    }
    return {
      _entities: askedSchema.parse(variables['files']).map(({ id }) => {
        const file = files.get(id);
        const facts = { mediaType: 'application/pdf', byteSize: 1_234_567, previewUrl: file?.isPicture ? '/p' : null };
        return { id, status: file ? 'READY' : 'DELETED', owner: file ? { id: file.ownerId } : null, ...facts };
      }),
    };
  });
});
beforeEach(() => {
  files.clear();
  links.length = 0;
});
afterAll(async () => {
  await Promise.all([safety, knowledge, fixture].map((each) => each[Symbol.asyncDispose]()));
});

const services = () => ({
  ...fixture,
  anyBlocked: createAnyBlocked(safety.client),
  sharedFiles: createSharedFiles(knowledge.client),
  blobs: { publicOrigin: 'https://files.example' },
  changes: { announce: () => undefined },
});
const em = () => fixture.database.forTenant(fixture.identity.tenantId);

/** A shared conversation whose question carries two files, and whose reply cites two passages. */
const openShare = async (withFiles: boolean, expiresAt?: Date) => {
  const [report, picture, foreign] = [uuidv7(), uuidv7(), uuidv7()];
  const ownerId = fixture.identity.userId;
  files.set(report, { ownerId }).set(picture, { ownerId, isPicture: true }).set(foreign, { ownerId: uuidv7() });
  const passage = (index: number, fileId: string) => ({
    ...{ index, fileId, fileName: `source ${index} <b>.pdf`, page: 3, heading: 'Terms', score: 1 },
    text: `quote <i>${index}</i>`,
  });
  const conversation = await fixture.conversation();
  const retrieval = { passages: [passage(1, foreign), passage(2, report), passage(3, foreign)] };
  const { question } = await fixture.turn(conversation, undefined, 'What?', {
    content: 'So [1][2].',
    generation: { userId: ownerId, candidates: [], retrieval },
  });
  const attached = (fileId: string, name: string) => ({ fileId, name, kind: 'DOCUMENT' as const, textLength: 1 });
  const attachments = [attached(report, 'report "1" <x>.pdf'), attached(picture, 'map.png')];
  await em().nativeUpdate(MessageEntity, { id: question.id }, { attachments });
  const request = { conversationId: conversation.id, withFiles, expiresAt };
  const { token = '', share } = await shareConversation(services(), fixture.identity, request);
  return { token, share, report, picture, foreign };
};
const messagesOf = async (token: string) => {
  const shared = await findSharedConversation(services(), token);
  if (!shared) throw new Error('nothing is shared');
  return (await readSharedMessages(services(), shared, {})).edges.map(({ node }) => node);
};
const pageOf = (token: string) => renderSharedPage(services(), { token, language: 'de', page: 1 });
const linkOf = (token: string, place: string, preview = false) =>
  findSharedFileLink(services(), { token, place, preview });

test('a share shows no file and no passage unless its owner said so; its text keeps the numbers', async () => {
  const { token } = await openShare(false);
  const [question, reply] = await messagesOf(token);
  expect([question?.attachments, reply?.citations, reply?.content]).toEqual([[], [], 'So [1][2].']);
  const { html, policy } = await pageOf(token);
  for (const hidden of ['report', 'map.png', 'source 1', 'quote &lt;', '<img']) expect(html).not.toContain(hidden);
  expect(policy).toMatch(/img-src data:;/);
  expect(await linkOf(token, '1-0')).toBeNull();
});

test('a share with files shows those of its owner by their place, and the passages that are cited', async () => {
  const { token, report, picture, foreign } = await openShare(true);
  const [question, reply] = await messagesOf(token);
  const facts = { mediaType: 'application/pdf', byteSize: 1_234_567 };
  expect(question?.attachments).toEqual([
    { name: 'report "1" <x>.pdf', ...facts, url: `/s/${token}/files/1-0`, previewUrl: null },
    { name: 'map.png', ...facts, url: `/s/${token}/files/1-1`, previewUrl: `/s/${token}/files/1-1?preview` },
  ]);
  expect(reply?.citations).toEqual([
    { index: 1, fileName: 'source 1 <b>.pdf', page: 3, heading: 'Terms', quote: 'quote <i>1</i>' },
    { index: 2, fileName: 'source 2 <b>.pdf', page: 3, heading: 'Terms', quote: 'quote <i>2</i>' },
  ]);
  const { html, policy } = await pageOf(token);
  expect(html).toContain(`<img src="/s/${token}/files/1-1?preview" alt="map.png"`);
  expect(html).toContain('report &quot;1&quot; &lt;x&gt;.pdf</a> <small>application/pdf, 1,2 MB</small>');
  expect(html).toContain('[1] source 1 &lt;b&gt;.pdf, Seite 3, Terms');
  expect(html).toContain('quote &lt;i&gt;1&lt;/i&gt;');
  expect(html).not.toContain('quote &lt;i&gt;3');
  expect(policy).toMatch(/img-src data: 'self' https:\/\/files\.example;/);
  for (const id of [report, picture, foreign]) expect(html + JSON.stringify(reply)).not.toContain(id);

  expect(await linkOf(token, '1-0')).toBe(`/blobs/${report}`);
  expect(await linkOf(token, '1-1', true)).toBe(`/blobs/${picture}`);
  expect(links).toEqual([
    { id: report, preview: false, seconds: 60 },
    { id: picture, preview: true, seconds: 60 },
  ]);
});

test('no place leads out of a share, and none to a document that is only cited', async () => {
  const [one, other] = [await openShare(true), await openShare(true)];
  expect(await linkOf(one.token, '1-0')).toBe(`/blobs/${one.report}`);
  expect(await linkOf(other.token, '1-0')).toBe(`/blobs/${other.report}`);
  links.length = 0;
  for (const place of ['0-0', '1-2', '2-0', '3-0', '1--1', '-1-0', '01-0', '1-x', one.report, one.foreign, '', '1-0-0'])
    expect([place, await linkOf(one.token, place)]).toEqual([place, null]);
  expect(await linkOf(one.share.id, '1-0')).toBeNull();
  expect(links).toEqual([]);
});

test('what is deleted, or may not be read any more, vanishes from the share', async () => {
  const { token, report, foreign } = await openShare(true);
  files.delete(report);
  const [question, reply] = await messagesOf(token);
  expect(question?.attachments.map(({ url }) => url)).toEqual([`/s/${token}/files/1-1`]);
  expect(reply?.citations.map(({ index }) => index)).toEqual([1]);
  expect(await linkOf(token, '1-0')).toBeNull();
  files.delete(foreign);
  expect((await messagesOf(token))[1]?.citations).toEqual([]);
  expect((await pageOf(token)).html).not.toContain('source 1');
});

test('no link is given once the share is over, and none that outlives it', async () => {
  const soon = await openShare(true, new Date(Date.now() + 30_000));
  expect(await linkOf(soon.token, '1-0')).not.toBeNull();
  expect(Number(links[0]?.['seconds'])).toBeLessThanOrEqual(30);
  await em().nativeUpdate(ShareEntity, { id: soon.share.id }, { expiresAt: new Date(Date.now() - 1) });
  expect(await linkOf(soon.token, '1-0')).toBeNull();
  const ended = await openShare(true);
  await revokeShare(services(), fixture.identity, ended.share.id);
  expect(await linkOf(ended.token, '1-0')).toBeNull();
  expect(links).toHaveLength(1);
});
