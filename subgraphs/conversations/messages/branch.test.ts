import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCursor } from '#kernel/subgraph-server/paging.ts';
import { type Fixture, openFixture } from '../conversations.fixture.ts';
import { readBranch, tipOfSegment } from './branch.ts';
import { pageRange } from './timeline.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const contents = async (tipId: string, from = 1, to = 100): Promise<string[]> => {
  const rows = await readBranch(fixture.database.forTenant(fixture.identity.tenantId), tipId, from, to);
  return rows.map((row) => row.content);
};

describe('a branch', () => {
  test('is the path from the root to its tip, across forks, and to no other', async () => {
    const conversation = await fixture.conversation();
    const first = await fixture.turn(conversation, undefined, 'a');
    const second = await fixture.turn(conversation, first.reply, 'b');
    const third = await fixture.turn(conversation, second.reply, 'c');
    const edited = await fixture.turn(conversation, first.reply, 'b2');
    const onward = await fixture.turn(conversation, edited.reply, 'c2');
    const root = await fixture.turn(conversation, undefined, 'a2');
    expect(await contents(third.reply.id)).toEqual(['a', 'reply to a', 'b', 'reply to b', 'c', 'reply to c']);
    expect(await contents(onward.reply.id)).toEqual(['a', 'reply to a', 'b2', 'reply to b2', 'c2', 'reply to c2']);
    expect(await contents(root.reply.id)).toEqual(['a2', 'reply to a2']);
    expect(await contents(onward.reply.id, 2, 4)).toEqual(['reply to a', 'b2', 'reply to b2']);
    expect(await contents(second.question.id)).toEqual(['a', 'reply to a', 'b']);
  });

  test('of another tenant is empty', async () => {
    const conversation = await fixture.conversation();
    const { reply } = await fixture.turn(conversation, undefined, 'secret');
    const stranger = fixture.database.forTenant('01900000-0000-7000-8000-00000000ffff');
    expect(await readBranch(stranger, reply.id, 1, 10)).toEqual([]);
  });

  test('continues to the last message of the segment that holds a selected message', async () => {
    const conversation = await fixture.conversation();
    const first = await fixture.turn(conversation, undefined, 'a');
    const second = await fixture.turn(conversation, first.reply, 'b');
    await fixture.turn(conversation, first.reply, 'b2');
    const em = fixture.database.forTenant(fixture.identity.tenantId);
    expect((await tipOfSegment(em, first.question)).id).toBe(second.reply.id);
  });

  test('takes the same number of statements however long it is', async () => {
    const conversation = await fixture.conversation();
    let above = (await fixture.turn(conversation, undefined, '0')).reply;
    const short = fixture.database.statements;
    await contents(above.id, 1, 50);
    const cost = fixture.database.statements - short;
    for (let index = 1; index < 30; index += 1) above = (await fixture.turn(conversation, above, String(index))).reply;
    const long = fixture.database.statements;
    expect(await contents(above.id, 11, 60)).toHaveLength(50);
    expect(fixture.database.statements - long).toBe(cost);
  });
});

describe('a page', () => {
  test('is a range of depths, from either end', () => {
    expect(pageRange(100, {})).toEqual({ from: 1, to: 50 });
    expect(pageRange(100, { first: 10, after: encodeCursor(20) })).toEqual({ from: 21, to: 30 });
    expect(pageRange(100, { last: 10 })).toEqual({ from: 91, to: 100 });
    expect(pageRange(100, { last: 10, before: encodeCursor(5) })).toEqual({ from: 1, to: 4 });
    expect(pageRange(0, { last: 10 })).toEqual({ from: 1, to: 0 });
  });

  test('refuses both directions at once, too large a size, and a cursor of another connection', () => {
    expect(() => pageRange(9, { first: 1, last: 1 })).toThrow('not both');
    expect(() => pageRange(9, { first: 201 })).toThrow('between 0 and 200');
    expect(() => pageRange(9, { after: encodeCursor(['x']) })).toThrow('not a cursor');
  });
});
