/**
 * A GGUF file, loaded by llama.cpp in this process, with a fixed number of sequences that generate at once in one
 * batch. Invariant: a sequence has one user at a time, and users wait for a free one in order of arrival. A sequence
 * keeps its state between users, so that a prompt with the same beginning is not evaluated again.
 */
import { availableParallelism } from 'node:os';
import { getLlama, LlamaChat, LlamaLogLevel } from 'node-llama-cpp';
import type { Logger } from '#kernel/log.ts';

export interface LlamaSettings {
  readonly modelPath: string;
  /** Generations at once. */
  readonly sequences: number;
  /** CPU threads; undefined for one per core. llama.cpp's own default is far too many on small machines. */
  readonly threads: number | undefined;
  /** Tokens of prompt and reply of one sequence; undefined for the catalogue's value. */
  readonly contextSize: number | undefined;
  readonly gpu: 'off' | 'auto' | 'cuda' | 'vulkan' | 'metal';
}

/** A borrowed sequence. Disposing passes it to the next user. */
export interface BorrowedSequence extends Disposable {
  readonly chat: LlamaChat;
}

export interface LlamaEngine extends AsyncDisposable {
  /** Tokens of prompt and reply of one sequence. */
  readonly contextSize: number;
  readonly sequences: number;
  /** Rejects with the signal's reason when it aborts before a sequence is free. */
  borrow(signal: AbortSignal | undefined): Promise<BorrowedSequence>;
  countTokens(text: string): number;
}

/** @param catalogueContext tokens of prompt and reply where the settings name none. */
export const loadLlamaEngine = async (
  settings: LlamaSettings,
  catalogueContext: number,
  logger: Logger,
): Promise<LlamaEngine> => {
  const threads = settings.threads ?? availableParallelism();
  const llama = await getLlama({
    build: 'never',
    gpu: settings.gpu === 'off' ? false : settings.gpu,
    maxThreads: threads,
    logLevel: LlamaLogLevel.warn,
    logger: (level, message) => logger.debug({ level }, message),
  });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => llama.dispose());
  const model = await llama.loadModel({ modelPath: settings.modelPath });
  const contextSize = Math.min(settings.contextSize ?? catalogueContext, model.trainContextSize);
  const context = await model.createContext({ sequences: settings.sequences, contextSize, threads });
  const free = Array.from(
    { length: settings.sequences },
    () => new LlamaChat({ contextSequence: context.getSequence() }),
  );
  const waiting: ((chat: LlamaChat) => void)[] = [];
  const closing = opened.move();

  const lend = (chat: LlamaChat): BorrowedSequence => {
    let isReturned = false;
    return {
      chat,
      [Symbol.dispose]() {
        if (isReturned) return;
        isReturned = true;
        const next = waiting.shift();
        if (next) next(chat);
        else free.push(chat);
      },
    };
  };
  return {
    contextSize: context.contextSize,
    sequences: settings.sequences,
    countTokens: (text) => model.tokenize(text).length,
    async borrow(signal) {
      signal?.throwIfAborted();
      const chat = free.pop();
      if (chat) return lend(chat);
      const { promise, resolve, reject } = Promise.withResolvers<LlamaChat>();
      const leave = (): void => {
        waiting.splice(waiting.indexOf(resolve), 1);
        reject(signal?.reason);
      };
      waiting.push(resolve);
      signal?.addEventListener('abort', leave, { once: true });
      try {
        return lend(await promise);
      } finally {
        signal?.removeEventListener('abort', leave);
      }
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
