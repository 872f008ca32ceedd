/** A branch, whatever the order in which responses, changes and confirmations arrive. */
import type { TimelineMessage } from '@parlance/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBranch, pendingTurn } from './branch.ts';

const message = (id: string, parent: string | null, siblings: readonly string[] = [id]): TimelineMessage => ({
  id,
  role: id.startsWith('q') ? 'USER' : 'ASSISTANT',
  reuse: null,
  content: id,
  attachmentIds: [],
  reasoning: null,
  status: 'COMPLETED',
  finishReason: null,
  responseFormat: 'TEXT',
  lastSeq: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  completedAt: null,
  parent: parent === null ? null : { id: parent },
  siblings: siblings.map((each) => ({ id: each })),
  model: null,
  toolCalls: [],
  error: null,
  usage: null,
  moderation: null,
});

/** q0 r0 q1 r1 ... */
const conversation = (turns: number): TimelineMessage[] =>
  Array.from({ length: turns }, (_, index) => [
    message(`q${index}`, index === 0 ? null : `r${index - 1}`),
    message(`r${index}`, `q${index}`),
  ]).flat();

const turnOf = (index: number) => ({
  userMessage: {
    id: `q${index}`,
    role: 'USER' as const,
    content: `q${index}`,
    status: 'COMPLETED' as const,
    createdAt: '',
  },
  assistantMessage: {
    id: `r${index}`,
    role: 'ASSISTANT' as const,
    status: 'QUEUED' as const,
    lastSeq: 0,
    createdAt: '',
  },
  replayed: false,
});

const idsOf = (branch: ReturnType<typeof createBranch>): readonly (string | undefined)[] =>
  branch.entries().map(({ id }) => id);

test('a send shows once and under one key, in whatever order its confirmation and its other news arrive', () => {
  const news = ['confirm', 'turn', 'end'] as const;
  fc.assert(
    fc.property(fc.shuffledSubarray([...news], { minLength: 1 }), (order) => {
      const branch = createBranch();
      branch.takeEnd(conversation(1));
      const ids = { idempotencyKey: 'key', replyId: 'r1' };
      branch.begin(pendingTurn(ids, 'q1', undefined));
      const keys = branch.entries().map(({ key }) => key);
      const [, , question, reply] = conversation(2);
      if (!question || !reply) throw new Error('two turns have four messages');
      for (const step of order) {
        if (step === 'confirm') branch.confirm(ids, turnOf(1));
        else if (step === 'turn') branch.takeTurn(question, reply);
        else branch.takeEnd(conversation(2));
        expect(branch.entries().map(({ key }) => key)).toEqual(keys);
      }
      expect(idsOf(branch)).toEqual(['q0', 'r0', 'q1', 'r1']);
    }),
  );
});

test('what did not change stays the same object, whatever was read again', () => {
  const branch = createBranch();
  branch.takeEnd(conversation(3));
  const before = branch.entries();
  const [first, second, ...rest] = conversation(3);
  if (!first || !second) throw new Error('three turns have six messages');
  branch.takeEnd([first, { ...second, content: 'other' }, ...rest]);
  const same = branch.entries().map((entry, index) => entry === before[index]);
  expect(same).toEqual([true, false, true, true, true, true]);
});

test('a question that is being sent stays the same object while its reply grows', () => {
  const branch = createBranch();
  branch.takeEnd(conversation(1));
  for (const [replyId, insteadOf] of [
    ['r1', undefined],
    ['new', 'q0'],
  ] as const) {
    branch.begin(pendingTurn({ idempotencyKey: replyId, replyId }, 'Words', insteadOf));
    const question = branch.entries().at(-2);
    expect(question?.content).toBe('Words');
    branch.update(replyId, (entry) => ({ ...entry, content: 'more' }));
    expect(branch.entries().at(-1)?.content).toBe('more');
    expect(branch.entries().at(-2)).toBe(question);
  }
});

test('a turn that was confirmed has its parent and its alternatives', () => {
  const branch = createBranch();
  branch.takeEnd(conversation(2));
  const ids = { idempotencyKey: 'key', replyId: 'r9' };
  branch.begin(pendingTurn(ids, 'Other words', 'q1'));
  branch.confirm(ids, turnOf(9));
  expect(branch.stored().map(({ id, parentId, siblingIds }) => [id, parentId, siblingIds])).toEqual([
    ['q0', null, ['q0']],
    ['r0', 'q0', ['r0']],
    ['q9', 'r0', ['q1', 'q9']],
    ['r9', 'q9', ['r9']],
  ]);
});

test('a page of the end joins what is held before it, and replaces what followed another branch', () => {
  const branch = createBranch();
  branch.takeEnd(conversation(4));
  expect(branch.takeEnd(conversation(5).slice(6))).toBe(true);
  expect(idsOf(branch)).toEqual(conversation(5).map(({ id }) => id));
  expect(branch.takeEnd([message('x', 'unknown')])).toBe(false);
  expect(idsOf(branch)).toEqual(['x']);
});

test('an alternative takes the place of a message and of all that followed it, and gives it back when it is refused', () => {
  const branch = createBranch();
  branch.takeEnd(conversation(3));
  const ids = { idempotencyKey: 'key', replyId: 'new' };
  branch.begin(pendingTurn(ids, 'Other words', 'q1'));
  expect(idsOf(branch)).toEqual(['q0', 'r0', undefined, 'new']);
  expect(branch.entries()[2]?.siblingIds).toEqual(['q1']);
  branch.withdraw(ids);
  expect(idsOf(branch)).toEqual(conversation(3).map(({ id }) => id));
});

test('a turn of another device that has no place in what is held is refused', () => {
  const branch = createBranch();
  branch.takeEnd(conversation(2).slice(2));
  expect(branch.takeTurn(message('q9', 'r8'), message('r9', 'q9'))).toBe(false);
  expect(branch.takeTurn(message('q2', 'r1'), message('r2', 'q2'))).toBe(true);
  expect(idsOf(branch)).toEqual(['q1', 'r1', 'q2', 'r2']);
});
