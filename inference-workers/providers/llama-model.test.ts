import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { tinyGguf } from '#tests/tiny-gguf/make-tiny-gguf.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';
import { loadLlamaEngine } from './llama-engine.ts';
import { createLlamaModel } from './llama-model.ts';

const settings = async (sequences = 2) => ({
  modelPath: await tinyGguf(),
  sequences,
  threads: 2,
  contextSize: 512,
  gpu: 'off' as const,
});
const openEngine = async (sequences?: number) =>
  loadLlamaEngine(await settings(sequences), 4096, createLogger('test', 'silent'));
const ask = (text: string) => [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }];
const collect = async (stream: ReadableStream<LanguageModelV4StreamPart>) => {
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
  const finish = parts.find((part) => part.type === 'finish');
  return { text, finish, deltas: parts.filter((part) => part.type === 'text-delta').length };
};

test('the engine loads the file, streams words, counts them, and gives the same reply for the same prompt', async () => {
  await using engine = await openEngine();
  expect(engine.contextSize).toBe(512);
  const model = createLlamaModel(engine, 'tiny');
  const options = { prompt: ask('what is there?'), maxOutputTokens: 12, temperature: 0 };
  const first = await collect((await model.doStream(options)).stream);
  expect(first.text.trim().split(' ')).toHaveLength(12);
  expect(first.deltas).toBeGreaterThan(6);
  expect(first.finish).toMatchObject({ finishReason: { unified: 'length' }, usage: { outputTokens: { total: 12 } } });
  expect(first.finish?.usage.inputTokens.total).toBeGreaterThan(engine.countTokens('what is there?'));
  const { content } = await model.doGenerate(options);
  expect(content).toEqual([{ type: 'text', text: first.text }]);
});

test('an assistant message at the end is continued, and only new text is streamed', async () => {
  await using engine = await openEngine();
  const model = createLlamaModel(engine, 'tiny');
  const whole = await collect(
    (await model.doStream({ prompt: ask('go on'), maxOutputTokens: 10, temperature: 0 })).stream,
  );
  const words = whole.text.split(/(?= )/);
  const prefix = words.slice(0, 4).join('');
  const prompt = [...ask('go on'), { role: 'assistant' as const, content: [{ type: 'text' as const, text: prefix }] }];
  const rest = await collect((await model.doStream({ prompt, maxOutputTokens: 6, temperature: 0 })).stream);
  expect(prefix + rest.text).toBe(whole.text);
});

test('two generations run at once, and a third waits for a sequence', async () => {
  await using engine = await openEngine(2);
  const model = createLlamaModel(engine, 'tiny');
  const long = { prompt: ask('tell'), maxOutputTokens: 60, temperature: 0 };
  const [one, two] = await Promise.all([model.doStream(long), model.doStream(long)]);
  const readers = [one.stream.getReader(), two.stream.getReader()];
  // Both have sent text before either has ended.
  for (const reader of readers) {
    for (;;) {
      const { value } = await reader.read();
      if (value?.type === 'text-delta') break;
      expect(value?.type).not.toBe('finish');
    }
  }
  const third = model.doStream({ prompt: ask('wait'), maxOutputTokens: 2 });
  await Promise.all(readers.map((reader) => reader.cancel()));
  expect((await collect((await third).stream)).finish?.type).toBe('finish');
});

test('an abort reaches the engine: the stream ends with the reason and the sequence is free again', async () => {
  await using engine = await openEngine(1);
  const model = createLlamaModel(engine, 'tiny');
  const stop = new AbortController();
  const { stream } = await model.doStream({
    prompt: ask('tell'),
    maxOutputTokens: 400,
    temperature: 0,
    abortSignal: stop.signal,
  });
  const heard: string[] = [];
  const reading = (async () => {
    for await (const part of stream) {
      if (part.type !== 'text-delta') continue;
      heard.push(part.delta);
      stop.abort(new Error('stopped by a person'));
    }
  })();
  await expect(reading).rejects.toThrow('stopped by a person');
  expect(heard.length).toBeLessThan(100);
  const next = await model.doStream({ prompt: ask('again'), maxOutputTokens: 2 });
  expect((await collect(next.stream)).finish?.type).toBe('finish');
});

test('a user that waits for a sequence can give up', async () => {
  await using engine = await openEngine(1);
  using _held = await engine.borrow(undefined);
  const stop = new AbortController();
  const waiting = engine.borrow(stop.signal);
  stop.abort(new Error('gave up'));
  await expect(waiting).rejects.toThrow('gave up');
});

test('a worker serves the file at MODEL_PATH from the queue to the stream, and a stop ends the reply', async () => {
  await using fixture = await openWorkerFixture({ llama: await settings() });
  const worker = await fixture.startWorker();
  expect(worker.models.map(({ modelId }) => modelId)).toContain('local/tiny');
  const candidates = [candidateOf('local/tiny', { capabilities: ['PREFILL'] })];
  const finished = await fixture.finished(await fixture.send('hello there', { candidates, maxOutputTokens: 8 }));
  expect(finished).toMatchObject({
    status: 'COMPLETED',
    finishReason: 'LENGTH',
    modelId: 'local/tiny',
    usage: { outputTokens: 8, source: 'PROVIDER' },
  });
  expect(finished.text.trim().split(' ')).toHaveLength(8);

  const messageId = await fixture.send('tell me more', { candidates, maxOutputTokens: 256 });
  for await (const { event } of fixture.streamLog.tail(messageId, 0, new AbortController().signal)) {
    if (event.type === 'TokenDelta') break;
  }
  await fixture.streamLog.requestStop(messageId);
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'CANCELLED' });
});
