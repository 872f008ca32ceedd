import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamEvent } from '#contracts/stream-event.ts';
import { createDeltaWriter } from './delta-writer.ts';

const open = (options: { readonly coalesceMs?: number; readonly coalesceChars?: number } = {}) => {
  const sent: string[] = [];
  let gate: Promise<void> | undefined;
  const writer = createDeltaWriter({
    coalesceMs: 5,
    coalesceChars: 100,
    ...options,
    async append(events: readonly StreamEvent[]) {
      for (const event of events) if (event.type === 'TokenDelta') sent.push(event.text);
      await gate;
    },
  });
  return {
    writer,
    sent,
    /** Appends from now on do not resolve until the returned function is called. */
    hold(): () => void {
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      return () => {
        gate = undefined;
        held.resolve();
      };
    },
  };
};

test('the first text is sent at once and the following ones together', async () => {
  const { writer, sent } = open();
  writer.write('a');
  expect(sent).toEqual(['a']);
  writer.write('b');
  writer.write('c');
  await writer.flush();
  expect(sent).toEqual(['a', 'bc']);
});

test('text that arrives while an append is under way is gathered into one event', async () => {
  const { writer, sent, hold } = open({ coalesceMs: 0 });
  const release = hold();
  for (const letter of 'abcdef') writer.write(letter);
  expect(sent).toEqual(['a']);
  release();
  await writer.flush();
  expect(sent).toEqual(['a', 'bcdef']);
});

test('a character that arrives in two halves is sent whole', async () => {
  const { writer, sent } = open({ coalesceMs: 0 });
  writer.write('\ud83d');
  expect(sent).toEqual([]);
  writer.write('\ude00');
  await writer.flush();
  expect(sent).toEqual(['\u{1f600}']);
});

test('text that exceeds the size does not wait for more', async () => {
  const { writer, sent } = open({ coalesceMs: 600_000, coalesceChars: 4 });
  writer.write('a');
  await writer.flush();
  writer.write('bc');
  expect(sent).toEqual(['a']);
  writer.write('de');
  expect(sent).toEqual(['a', 'bcde']);
  await writer.flush();
});

test('a writer that is far behind asks its caller to wait until the log has taken more', async () => {
  const { writer, hold } = open();
  const release = hold();
  expect(writer.write('a')).toBeUndefined();
  const full = writer.write('b'.repeat(70_000));
  expect(full).toBeInstanceOf(Promise);
  release();
  await full;
  await writer.flush();
  expect(writer.write('c')).toBeUndefined();
  await writer.flush();
});

test('a fault of the log rejects flush, and nothing is sent after it', async () => {
  const sent: StreamEvent[] = [];
  const writer = createDeltaWriter({
    coalesceMs: 0,
    coalesceChars: 1,
    async append(events) {
      sent.push(...events);
      throw new Error('fenced');
    },
  });
  writer.write('a');
  writer.write('b');
  await expect(writer.flush()).rejects.toThrow('fenced');
  writer.write('c');
  await expect(writer.flush()).rejects.toThrow('fenced');
  expect(sent).toHaveLength(1);
});

test('whatever the pieces, the joined events are the text, and no event ends inside a character', async () => {
  const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud83d', '\ude00', '\0', 'é', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.boolean(), async (pieces, pauses) => {
      const { writer, sent } = open({ coalesceMs: 0, coalesceChars: 3 });
      for (const one of pieces) {
        writer.write(one);
        if (pauses) await undefined;
      }
      await writer.flush();
      expect(sent.every((text) => text.isWellFormed() && text !== '')).toBe(true);
      expect(writer.text).toBe(sent.join(''));
      const whole = pieces.join('').replaceAll('\0', '');
      if (whole.isWellFormed()) expect(writer.text).toBe(whole);
      else expect(writer.text).toHaveLength(whole.length);
    }),
  );
});

test('reasoning and text go out in their order, in one append, and never in one event', async () => {
  const appends: (readonly StreamEvent[])[] = [];
  const held = Promise.withResolvers<void>();
  const writer = createDeltaWriter({
    coalesceMs: 5,
    coalesceChars: 100,
    async append(events) {
      appends.push(events);
      await held.promise;
    },
  });
  writer.write('hm', 'ReasoningDelta');
  expect(appends).toEqual([[{ type: 'ReasoningDelta', text: 'hm' }]]);
  for (const piece of [' yes', '.']) writer.write(piece, 'ReasoningDelta');
  for (const piece of ['It ', 'is.']) writer.write(piece);
  writer.write(' Or', 'ReasoningDelta');
  held.resolve();
  await writer.flush();
  expect(appends.slice(1)).toEqual([
    [
      { type: 'ReasoningDelta', text: ' yes.' },
      { type: 'TokenDelta', text: 'It is.' },
      { type: 'ReasoningDelta', text: ' Or' },
    ],
  ]);
  expect(writer).toMatchObject({ text: 'It is.', reasoning: 'hm yes. Or' });
});

test('whatever the pieces of both kinds, the events of each kind join to it, and kinds keep their order', async () => {
  const piece = fc.record({
    kind: fc.constantFrom('TokenDelta' as const, 'ReasoningDelta' as const),
    text: fc.string({ unit: 'grapheme', maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.boolean(), async (pieces, pauses) => {
      const events: StreamEvent[] = [];
      const writer = createDeltaWriter({
        coalesceMs: 0,
        coalesceChars: 3,
        append: async (more) => void events.push(...more),
      });
      for (const { kind, text } of pieces) {
        writer.write(text, kind);
        if (pauses) await undefined;
      }
      await writer.flush();
      const marked = (all: readonly { readonly kind: string; readonly text: string }[]): readonly string[] =>
        all.flatMap(({ kind, text }) => [...text.replaceAll('\0', '')].map((letter) => kind + letter));
      const sent = events.flatMap((event) => ('text' in event ? [{ kind: event.type, text: event.text }] : []));
      expect(marked(sent)).toEqual(marked(pieces));
    }),
  );
});
