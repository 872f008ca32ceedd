/** Worker processes that are killed while they hold text back: the next one continues behind what was shown. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { candidateOf } from '../worker.fixture.ts';
import { openWorkerProcesses } from '../worker-process.fixture.ts';
import { windowed } from './window.fixture.ts';

const lead = 'He opened the letter that had lain on the table since the morning, and read it aloud to them: ';
const phrase = 'I will kill you tomorrow';
const whole = `${lead}${phrase}, and that was all it said, in a hand that nobody had ever seen before.`;
const piecesOf = (text: string): string[] => text.match(/.{1,6}/gs) ?? [];
const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');

const kill = async (worker: ChildProcess): Promise<void> => {
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
};

test('wherever in a phrase a worker is killed, the next one finds it, and nobody sees any of it', async () => {
  await using processes = await openWorkerProcesses();
  const { provider, streamLog } = processes;
  const candidates = [candidateOf('openai/scripted', { capabilities: ['PREFILL'] })];
  const first = Math.floor(lead.length / 6);
  for (const pieces of [first - 2, first + 1, first + 2, first + 3]) {
    const worker = await processes.startWorker();
    const arrived = provider.nextRequest();
    provider.queue({ texts: piecesOf(whole), pace: 5, stall: pieces });
    const messageId = await processes.send('', { ...windowed, candidates });
    await (await arrived).wrote(pieces);
    const entries: StreamEntry[] = [];
    let isKilled = false;
    let next: ChildProcess | undefined;
    for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) {
      entries.push(entry);
      if (isKilled || entry.event.type !== 'TokenDelta') continue;
      isKilled = true;
      await kill(worker);
      const shown = (await streamLog.snapshot(messageId))?.text ?? '';
      expect(lead.startsWith(shown)).toBe(true);
      provider.queue({ texts: piecesOf(whole.slice(shown.length)) });
      next = await processes.startWorker();
    }
    expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageFailed', code: 'CONTENT_BLOCKED' });
    expect(lead.startsWith(textIn(entries))).toBe(true);
    expect(entries.filter(({ event }) => event.type === 'MessageReset')).toEqual([]);
    if (next) await kill(next);
  }
});
