/** The contract of stream-log.ts about what a log holds at one moment, as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '#contracts/stream-event.ts';
import { delta, type OpenStreamLogFixture } from './tail.contract.ts';

export const snapshotContract = (name: string, openFixture: OpenStreamLogFixture): void => {
  describe(`${name} stream log, at one moment`, () => {
    test('returns the text since the last reset, whatever characters it has', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      expect(await streamLog.snapshot(id)).toBeUndefined();
      await streamLog.open(id);
      await streamLog.append(id, 1, [{ type: 'MessageStarted', attempt: 1, modelId: 'm' }, delta('gone')]);
      await streamLog.append(id, 1, [
        { type: 'MessageReset', reason: 'WORKER_REPLACED' },
        delta('é\n"]'),
        delta('\u0000🙂'),
      ]);
      await streamLog.append(id, 1, [delta(' \u2028done')]);
      expect(await streamLog.snapshot(id)).toEqual({
        text: 'é\n"]\u0000🙂 \u2028done',
        reasoning: '',
        toolCalls: [],
        lastSeq: 6,
        attempt: 1,
        ended: false,
        stopRequested: false,
      });
      await streamLog.append(id, 1, [{ type: 'MessageReset', reason: 'MODEL_REPLACED' }]);
      expect((await streamLog.snapshot(id))?.text).toBe('');
    });

    test('returns the tool calls since the last reset, even after it was restored or read by another process', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const [id, other] = [randomUUID(), randomUUID()];
      const asked = (id: string) => ({ id, name: 'look_up', arguments: '{"é":"\\"]"}' });
      const ended = (id: string) => ({ ...asked(id), status: 'COMPLETED' as const, result: '[,"🙂"' });
      const events: readonly StreamEvent[] = [
        { type: 'ToolCallStarted', toolCall: asked('void') },
        { type: 'ToolCallCompleted', toolCall: ended('void') },
        { type: 'MessageReset', reason: 'MODEL_REPLACED' },
        { type: 'ToolCallStarted', toolCall: asked('a') },
        { type: 'ToolCallStarted', toolCall: asked('b') },
        { type: 'ToolCallCompleted', toolCall: ended('b') },
        { type: 'ToolCallStarted', toolCall: asked('c') },
        { type: 'ToolCallAwaitingApproval', toolCall: asked('c') },
        { type: 'ToolCallAwaitingApproval', toolCall: asked('a') },
        { type: 'ToolCallApproved', toolCall: asked('a') },
      ];
      await streamLog.open(id);
      for (const event of events.slice(0, 2)) await streamLog.append(id, 1, [event]);
      expect((await streamLog.snapshot(id))?.toolCalls).toEqual([ended('void')]);
      await streamLog.append(id, 1, events.slice(2, 5));
      await streamLog.append(id, 1, events.slice(5));
      const toolCalls = [
        { ...asked('a'), status: 'RUNNING', decision: 'APPROVED' },
        ended('b'),
        { ...asked('c'), status: 'AWAITING_APPROVAL' },
      ];
      expect(await streamLog.snapshot(id)).toMatchObject({ text: '', lastSeq: 10, toolCalls });
      const entries = await streamLog.entries(id);
      expect(entries.map(({ event }) => event)).toEqual(events);
      await streamLog.restore(other, { attempt: 1, entries, lastSeq: 10, stopRequested: false });
      expect((await streamLog.snapshot(other))?.toolCalls).toEqual(toolCalls);
      expect((await (await fixture.reopen()).open(id)).toolCalls).toEqual(toolCalls);
    });

    test('returns the reasoning since the last reset apart from the text, even after it was restored or reopened', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const [id, other] = [randomUUID(), randomUUID()];
      const thought = (text: string): StreamEvent => ({ type: 'ReasoningDelta', text });
      const events: readonly StreamEvent[] = [
        thought('void'),
        { type: 'MessageReset', reason: 'MODEL_REPLACED' },
        thought('é\n"]'),
        delta('It is'),
        thought('🙂 done'),
      ];
      await streamLog.open(id);
      await streamLog.append(id, 1, events.slice(0, 1));
      expect((await streamLog.snapshot(id))?.reasoning).toBe('void');
      await streamLog.append(id, 1, events.slice(1, 3));
      await streamLog.append(id, 1, events.slice(3));
      const shown = { text: 'It is', reasoning: 'é\n"]🙂 done', lastSeq: 5 };
      expect(await streamLog.snapshot(id)).toMatchObject(shown);
      const entries = await streamLog.entries(id);
      expect(entries.map(({ event }) => event)).toEqual(events);
      await streamLog.restore(other, { attempt: 1, entries, lastSeq: 5, stopRequested: false });
      expect(await streamLog.snapshot(other)).toMatchObject(shown);
      const reopened = await fixture.reopen();
      expect(await reopened.open(id)).toMatchObject(shown);
      await reopened.append(id, 2, [{ type: 'MessageReset', reason: 'WORKER_REPLACED' }]);
      expect((await reopened.snapshot(id))?.reasoning).toBe('');
    });
  });
};
