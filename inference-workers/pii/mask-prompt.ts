/** Masks every text of a prompt, in its order. Invariant: what holds text of people, models or tools leaves masked. */
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { Placeholders } from '#contracts/pii/placeholders.ts';
import { createYielder } from '../pace/yield-between-pieces.ts';

type Message = LanguageModelV4Prompt[number];
type AssistantPart = Extract<Message, { role: 'assistant' }>['content'][number];
type ResultPart = Extract<AssistantPart, { type: 'tool-result' }>;
type Mask = Placeholders['mask'];

/** How texts of people and models are masked, and thoughts that the model itself wrote. */
interface Masks {
  readonly mask: Mask;
  /** A thought as its model wrote it: a provider that signed it wants it back unchanged. */
  readonly maskThought: Mask;
}

/** A number of JSON may be that of a card. */
const maskJson = (value: unknown, mask: Mask): unknown => {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number') {
    const masked = mask(String(value));
    return masked === String(value) ? value : masked;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => maskJson(one, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [mask(name), maskJson(one, mask)]));
};

const maskResult = (part: ResultPart, mask: Mask): ResultPart => {
  const { output } = part;
  const value = output.type === 'text' || output.type === 'error-text' ? output.value : JSON.stringify(output);
  return { ...part, output: { type: output.type === 'error-text' ? output.type : 'text', value: mask(value) } };
};

const maskAssistantPart = (part: AssistantPart, { mask, maskThought }: Masks): AssistantPart => {
  switch (part.type) {
    case 'text':
      return { ...part, text: mask(part.text) };
    case 'reasoning':
      return { ...part, text: maskThought(part.text) };
    case 'tool-call':
      return { ...part, input: maskJson(part.input, mask) };
    case 'tool-result':
      return maskResult(part, mask);
    default:
      return part;
  }
};

const maskMessage = (message: Message, masks: Masks): Message => {
  const { mask } = masks;
  switch (message.role) {
    case 'system':
      return { ...message, content: mask(message.content) };
    case 'user': {
      const content = message.content.map((part) => (part.type === 'text' ? { ...part, text: mask(part.text) } : part));
      return { ...message, content };
    }
    case 'assistant':
      return { ...message, content: message.content.map((part) => maskAssistantPart(part, masks)) };
    default: {
      const content = message.content.map((part) => (part.type === 'tool-result' ? maskResult(part, mask) : part));
      return { ...message, content };
    }
  }
};

export interface MaskedPrompt {
  readonly prompt: LanguageModelV4Prompt;
  /**
   * The prompt may end with a text that the model continues, and that text within a value, because the worker that
   * wrote it died there. Then the model continues behind the whole value, and this is the part that readers lack.
   */
  readonly owed: string;
}

const sizeOf = ({ content }: Message): number =>
  typeof content === 'string'
    ? content.length
    : content.reduce((size: number, part) => size + ('text' in part ? part.text.length : 1_000), 0);

/**
 * Other replies of the process proceed between the messages.
 * @param thoughts what the model wrote, by what was made of it
 */
export const maskPrompt = async (
  prompt: LanguageModelV4Prompt,
  placeholders: Placeholders,
  thoughts: ReadonlyMap<string, string>,
): Promise<MaskedPrompt> => {
  const { mask } = placeholders;
  const masks = { mask, maskThought: (text: string) => thoughts.get(text) ?? mask(text) };
  const yieldBefore = createYielder();
  const masked: Message[] = [];
  let owed = '';
  for (const [index, message] of prompt.entries()) {
    await yieldBefore(sizeOf(message));
    const last = index === prompt.length - 1 && message.role === 'assistant' ? message.content.at(-1) : undefined;
    if (message.role !== 'assistant' || last?.type !== 'text') {
      masked.push(maskMessage(message, masks));
      continue;
    }
    owed = placeholders.restOfValue(last.text);
    const whole = { ...last, text: last.text + owed };
    masked.push(maskMessage({ ...message, content: [...message.content.slice(0, -1), whole] }, masks));
  }
  return { prompt: masked, owed };
};
