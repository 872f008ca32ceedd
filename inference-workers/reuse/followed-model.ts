/**
 * A reply that another job is writing to an equal request, in the place of a model: its text is passed on as it comes.
 * Invariants: only a reply that ends by itself and is kept is passed on to its end; anything else, and `silenceMs`
 * without a sign of it, is a fault, after which a model is asked.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { applyToText, type StreamEvent } from '#contracts/stream-event.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import { generateByStreaming } from '../providers/generate-by-streaming.ts';
import { nothingUsed } from './kept-model.ts';

export interface FollowedReply {
  readonly streamLog: Pick<StreamLog, 'tail'>;
  /** Of the reply that is followed. */
  readonly logId: string;
  /** The text that this reply has already; the other one has to begin with it. */
  readonly held: string;
  /** Milliseconds without an event after which the other reply is given up. */
  readonly silenceMs: number;
  /** Whether the whole text was kept and may be served, asked when the other reply has ended. */
  readonly confirm: (text: string) => Promise<boolean>;
}

/** The other reply is none that may be served. No fault of a model. */
class UnfollowableReply extends Error {
  override readonly name = 'UnfollowableReply';
}

/** The next entry; undefined where it does not come in time. */
const nextWithin = async (
  entries: AsyncIterator<StreamEntry>,
  silenceMs: number,
): Promise<IteratorResult<StreamEntry, unknown> | undefined> => {
  const waiting = new AbortController();
  try {
    return await Promise.race([
      entries.next(),
      sleep(silenceMs, undefined, { signal: waiting.signal }).catch(() => undefined),
    ]);
  } finally {
    waiting.abort();
  }
};

/** Whether text that was passed on is void, or the rest is not text alone. */
const breaksOff = ({ type }: StreamEvent, text: string): boolean =>
  type === 'ToolCallStarted' || type === 'MessageFailed' || (type === 'MessageReset' && text !== '');

export const createFollowedModel = (reply: FollowedReply): LanguageModelV4 => {
  const { streamLog, logId, held, silenceMs, confirm } = reply;
  const follow = (signal: AbortSignal) => {
    const entries = streamLog.tail(logId, 0, signal)[Symbol.asyncIterator]();
    let text = '';
    /** The part of the text that this reply lacks; '' where the event brings none. */
    const take = (event: StreamEvent): string => {
      if (breaksOff(event, text)) throw new UnfollowableReply();
      const before = Math.max(text.length, held.length);
      text = applyToText(text, event);
      const isSame = text.length < held.length ? held.startsWith(text) : text.startsWith(held);
      if (!isSame) throw new UnfollowableReply();
      return text.slice(before);
    };
    /** Text that comes next; undefined at the end. */
    return async (): Promise<string | undefined> => {
      for (;;) {
        const next = await nextWithin(entries, silenceMs);
        if (next === undefined || next.done === true) throw new UnfollowableReply();
        const { event } = next.value;
        if (event.type === 'MessageCompleted') {
          // Replies that did not end by themselves are not kept.
          if (text.length >= held.length && (await confirm(text))) return undefined;
          throw new UnfollowableReply();
        }
        const delta = take(event);
        if (delta !== '') return delta;
      }
    };
  };
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'parlance',
    modelId: 'followed-reply',
    supportedUrls: {},
    doGenerate: (options) => generateByStreaming(model, options),
    async doStream({ abortSignal }) {
      const closed = new AbortController();
      const next = follow(abortSignal ? AbortSignal.any([abortSignal, closed.signal]) : closed.signal);
      const stream = new ReadableStream<LanguageModelV4StreamPart>(
        {
          start(controller) {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            controller.enqueue({ type: 'text-start', id: '0' });
          },
          async pull(controller) {
            try {
              const delta = await next();
              if (delta !== undefined) return controller.enqueue({ type: 'text-delta', id: '0', delta });
              controller.enqueue({ type: 'text-end', id: '0' });
              const finishReason = { unified: 'stop', raw: 'stop' } as const;
              controller.enqueue({ type: 'finish', finishReason, usage: nothingUsed });
              controller.close();
            } catch (fault) {
              closed.abort();
              throw fault;
            }
          },
          cancel: () => closed.abort(),
        },
        { highWaterMark: 1 },
      );
      return { stream };
    },
  };
  return model;
};
