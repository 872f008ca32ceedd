/**
 * A model whose provider never reads the data about people that a prompt holds: placeholders go out, and values are put
 * back in the text, the reasoning and the arguments of calls that come in. Every kind of job and every provider passes
 * here. Invariants: the map of a request is in its memory only; the end of a text is held back only while it may be the
 * beginning of a placeholder; nothing that came is lost when the response ends.
 */
import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { createPlaceholders, openedPlaceholder, type Placeholders } from '#contracts/pii/placeholders.ts';
import { generateByStreaming } from '../providers/generate-by-streaming.ts';
import { maskPrompt } from './mask-prompt.ts';
import { createWrittenThoughts } from './written-thoughts.ts';

/** The same in every prompt, so that caches of prefixes keep working. */
const note =
  'Texts such as [EMAIL_1] or [PHONE_2] stand for values that are kept from you. Use them as they are, as if they were the values.';
/** Tokens of the note, at most. */
export const noteTokens = 64;

const withNote = ([first, ...rest]: LanguageModelV4Prompt): LanguageModelV4Prompt => {
  if (first?.role === 'system') return [{ ...first, content: `${first.content}\n\n${note}` }, ...rest];
  return [{ role: 'system', content: note }, ...(first === undefined ? [] : [first]), ...rest];
};

type DeltaPart = Extract<LanguageModelV4StreamPart, { type: 'text-delta' | 'reasoning-delta' }>;

const isDelta = (part: LanguageModelV4StreamPart): part is DeltaPart =>
  part.type === 'text-delta' || part.type === 'reasoning-delta';

/** Puts the values back into the parts of one response. */
const createRestorer = (placeholders: Placeholders, owed: string) => {
  let held: DeltaPart | undefined;
  let due = owed;
  const release = (): LanguageModelV4StreamPart[] => {
    const part = held;
    held = undefined;
    return part === undefined ? [] : [part];
  };
  const restoreDelta = (part: DeltaPart): LanguageModelV4StreamPart[] => {
    const isSame = held?.type === part.type && held.id === part.id;
    const before = isSame ? [] : release();
    const text = (isSame ? (held?.delta ?? '') : '') + part.delta;
    const whole = text.slice(0, text.length - openedPlaceholder(text));
    held = whole.length === text.length ? undefined : { ...held, ...part, delta: text.slice(whole.length) };
    return whole === '' && held !== undefined ? before : [...before, { ...part, delta: placeholders.restore(whole) }];
  };
  return (part: LanguageModelV4StreamPart): LanguageModelV4StreamPart[] => {
    const opening: LanguageModelV4StreamPart[] = [];
    if (due !== '' && (part.type === 'text-delta' || part.type === 'tool-call' || part.type === 'finish')) {
      opening.push({ type: 'text-delta', id: part.type === 'text-delta' ? part.id : 'owed', delta: due });
      due = '';
    }
    if (isDelta(part)) return [...opening, ...(placeholders.size === 0 ? [part] : restoreDelta(part))];
    if (part.type === 'tool-call')
      return [...opening, ...release(), { ...part, input: placeholders.restore(part.input) }];
    return part.type === 'finish' || part.type === 'text-end' || part.type === 'reasoning-end'
      ? [...opening, ...release(), part]
      : [part];
  };
};

export const createMaskingModel = (inner: LanguageModelV4): LanguageModelV4 => {
  const thoughts = createWrittenThoughts();
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: inner.provider,
    modelId: inner.modelId,
    supportedUrls: inner.supportedUrls,
    doGenerate: (call) => generateByStreaming(model, call),
    async doStream(call) {
      const placeholders = createPlaceholders();
      const { prompt, owed } = await maskPrompt(call.prompt, placeholders, thoughts.byText);
      const { stream } = await inner.doStream({ ...call, prompt: withNote(prompt) });
      const restored = createRestorer(placeholders, owed);
      const thinking = thoughts.follow();
      const parts = stream.getReader();
      return {
        stream: new ReadableStream(
          {
            async pull(controller) {
              for (;;) {
                const { done, value: part } = await parts.read();
                if (done) {
                  thinking.end();
                  controller.close();
                  return;
                }
                thinking.wrote(part);
                const passed = restored(part);
                for (const one of passed) {
                  thinking.passed(one);
                  controller.enqueue(one);
                }
                if (passed.length > 0) return;
              }
            },
            cancel: (reason) => parts.cancel(reason),
          },
          { highWaterMark: 0 },
        ),
      };
    },
  };
  return model;
};
