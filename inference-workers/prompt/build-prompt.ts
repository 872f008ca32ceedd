/**
 * Turns a job's history into the prompt of one model: system messages first, then the summary of what the history
 * leaves out, then the newest messages that fit, whole and from a beginning that stays for some turns, then the reply
 * so far. Invariants: the same history and limits give the same bytes; text of users, assistants and tools stays in its
 * role; roles alternate and no message is blank, which strict servers demand; the question is never cut, so one that
 * does not fit is CONTEXT_TOO_LONG; results of this reply's tools are cut where there is no space for all of them; a
 * summary that does not fit is left out; a long history is counted in pieces, between which other replies proceed.
 */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { Tool } from '#contracts/generation-job.ts';
import { AppError } from '#kernel/errors.ts';
import type { LoadedMessage } from '../attachments/load-attachments.ts';
import { createYielder } from '../pace/yield-between-pieces.ts';
import type { ReplyStep } from '../transcript/reply-steps.ts';
import type { StepSignatures } from '../transcript/signed-thoughts.ts';
import { joinMessages } from './alternate-roles.ts';
import type { CountTokens } from './count-tokens.ts';
import { frameAttachments } from './frame-attachments.ts';
import { frameSummary } from './frame-summary.ts';
import { replyStepMessages } from './reply-step-messages.ts';
import { disarmRoleMarkers } from './role-markers.ts';
import { stableStart } from './stable-start.ts';

export interface PromptLimits {
  /** Tokens of prompt and reply together. */
  readonly contextWindow: number;
  /** Tokens reserved for the reply. */
  readonly maxOutputTokens: number;
  readonly countTokens: CountTokens;
  /** Whether the model takes pictures. Default: false. */
  readonly seesPictures?: boolean;
}

type MessagePart = Exclude<LanguageModelV4Message['content'], string>[number];

export interface Prompt {
  readonly messages: LanguageModelV4Prompt;
  /** Messages of the history that did not fit. */
  readonly dropped: number;
  /** Tokens of the messages, counted on demand: a history that certainly fits is never counted. */
  countInputTokens(): Promise<number>;
}

/** Tokens around each message and before the reply, as OpenAI states for its chat format. Other formats are close. */
const tokensPerMessage = 4;
const tokensBeforeReply = 3;
/** Characters that tool results are cut to, tried one after the other until all results fit. */
const resultLengths = [Number.POSITIVE_INFINITY, 16_384, 4_096, 1_024];
const wholeResults = resultLengths.slice(0, 1);

/** The reply so far, and the tools that its model may call. */
export interface ReplySoFar {
  /** Never dropped. A last step without calls is the text that the model continues. */
  readonly steps: readonly ReplyStep[];
  /** Where there are none, calls are rendered as text. */
  readonly tools: readonly Tool[];
  /** The correction of the reply so far, which the model reads before it writes the text again. */
  readonly correction?: string | undefined;
  /** By the id of the first call of a step. */
  readonly signatures?: ReadonlyMap<string, StepSignatures>;
}

/** Tokens that a picture of the size that jobs carry counts for: what most models bill at most. */
const tokensPerPicture = 1_600;

/** The files before the words, so that the question comes last. */
const withAttachments = ({ content, loaded = [] }: LoadedMessage, seesPictures: boolean): LanguageModelV4Message => {
  const pictures = seesPictures
    ? loaded.flatMap((one) =>
        'picture' in one
          ? [{ type: 'file' as const, mediaType: 'image/jpeg', data: { type: 'data' as const, data: one.picture } }]
          : [],
      )
    : [];
  const text = `${disarmRoleMarkers(frameAttachments(loaded, seesPictures))}\n\n${disarmRoleMarkers(content)}`;
  return { role: 'user', content: [...pictures, { type: 'text', text }] };
};

/** The result of a tool is foreign text, so it goes into the user's role and is labelled. */
const toModelMessage = (message: LoadedMessage, seesPictures: boolean): LanguageModelV4Message => {
  const { role, content, loaded = [] } = message;
  if (role === 'USER' && loaded.length > 0) return withAttachments(message, seesPictures);
  const text = disarmRoleMarkers(content);
  if (role === 'SYSTEM') return { role: 'system', content: text };
  if (role === 'ASSISTANT') return { role: 'assistant', content: [{ type: 'text', text }] };
  return { role: 'user', content: [{ type: 'text', text: role === 'TOOL' ? `Result of a tool:\n${text}` : text }] };
};

/** What a model made of people's and models' words goes into the user's role too, and is labelled. */
const summaryMessage = ({ content }: LoadedMessage): LanguageModelV4Message => ({
  role: 'user',
  content: [{ type: 'text', text: disarmRoleMarkers(frameSummary(content)) }],
});

/** The messages with text. Failed replies have none. The last one, the question, is kept as it is. */
const withoutBlanks = (history: readonly LoadedMessage[]): readonly LoadedMessage[] =>
  history.filter(({ content }, index) => content.trim() !== '' || index === history.length - 1);

/** The messages from the first one of the user on. */
const fromUser = (messages: readonly LanguageModelV4Message[]): readonly LanguageModelV4Message[] => {
  const opening = messages.findIndex(({ role }) => role === 'user');
  return opening === -1 ? [] : messages.slice(opening);
};

const partText = (part: MessagePart): string => {
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  if (part.type === 'tool-call') return part.toolName + JSON.stringify(part.input);
  return part.type === 'tool-result' && part.output.type === 'text' ? part.output.value : '';
};
const textOf = ({ content }: LanguageModelV4Message): string =>
  typeof content === 'string' ? content : content.map(partText).join('');

const pictureTokens = ({ content }: LanguageModelV4Message): number =>
  typeof content === 'string' ? 0 : content.filter(({ type }) => type === 'file').length * tokensPerPicture;

const bytesOf = (message: LanguageModelV4Message): number =>
  Buffer.byteLength(textOf(message)) + pictureTokens(message);
/** Characters at the beginning of a history from which the size of its tokens is taken. */
const sampleLength = 4_096;
const beginningOf = (messages: readonly LanguageModelV4Message[]): string => {
  let text = '';
  for (const message of messages) {
    if (text.length >= sampleLength) break;
    text += textOf(message).slice(0, sampleLength - text.length);
  }
  return text;
};

const tooLong = (): AppError =>
  new AppError(
    'CONTEXT_TOO_LONG',
    'The message is too long for this model. Shorten it, or choose a model with a larger context window.',
  );

/** Rejects with CONTEXT_TOO_LONG. */
export const buildPrompt = async (
  history: readonly LoadedMessage[],
  limits: PromptLimits,
  { steps, tools, correction, signatures }: ReplySoFar = { steps: [], tools: [] },
): Promise<Prompt> => {
  const messages = withoutBlanks(history);
  const seesPictures = limits.seesPictures ?? false;
  const toModel = (message: LoadedMessage): LanguageModelV4Message => toModelMessage(message, seesPictures);
  const system = messages.filter(({ role }) => role === 'SYSTEM').map(toModel);
  const summary = messages.filter(({ isSummary }) => isSummary).map(summaryMessage);
  const dialogue = messages.filter(({ role, isSummary }) => role !== 'SYSTEM' && !isSummary).map(toModel);
  const toolTexts = tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }));
  const yieldBefore = createYielder();
  const countText = async (text: string): Promise<number> => {
    await yieldBefore(text.length);
    return limits.countTokens(text);
  };
  const count = async (message: LanguageModelV4Message): Promise<number> =>
    (await countText(textOf(message))) + tokensPerMessage + pictureTokens(message);
  const countAll = async (messages: readonly LanguageModelV4Message[]): Promise<number> => {
    let sum = tokensBeforeReply;
    for (const message of messages) sum += await count(message);
    for (const text of toolTexts) sum += await countText(text);
    return sum;
  };

  const available = limits.contextWindow - limits.maxOutputTokens;
  const bytes = dialogue.map(bytesOf);
  /** The newest messages of the dialogue that fit between these first messages and those of the reply. */
  const newestBetween = async (
    opening: readonly LanguageModelV4Message[],
    reply: readonly LanguageModelV4Message[],
  ): Promise<readonly LanguageModelV4Message[]> => {
    // A token has at least one byte, so a text with fewer bytes than available tokens fits without a count.
    const most =
      [...bytes, ...[...opening, ...reply].map(bytesOf)].reduce(
        (sum, size) => sum + size + tokensPerMessage,
        tokensBeforeReply,
      ) + toolTexts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (most <= available) return fromUser(dialogue);
    let left = available - (await countAll([...opening, ...reply]));
    let first = dialogue.length;
    for (let index = dialogue.length - 1; index >= 0; index -= 1) {
      const message = dialogue[index];
      if (message === undefined) break;
      const tokens = await count(message);
      if (tokens > left) break;
      left -= tokens;
      first = index;
    }
    if (first === dialogue.length) return [];
    if (first === 0) return fromUser(dialogue);
    const sample = beginningOf(dialogue);
    const bytesPerToken = Buffer.byteLength(sample) / Math.max(1, await countText(sample));
    return fromUser(dialogue.slice(stableStart({ bytes, first, bytesPerToken, available })));
  };

  const corrections: LanguageModelV4Message[] =
    correction === undefined ? [] : [{ role: 'user', content: [{ type: 'text', text: correction }] }];
  const called = steps.some(({ calls }) => calls.length > 0);
  for (const longest of called ? resultLengths : wholeResults) {
    // Thoughts are the first to go where there is no space for everything.
    const form = { native: tools.length > 0, hasThoughts: longest === Number.POSITIVE_INFINITY, longest };
    const written = steps.flatMap((step) =>
      replyStepMessages(step, { ...form, signatures: signatures?.get(step.calls[0]?.id ?? '') }),
    );
    const reply = [...written, ...corrections];
    for (const opening of summary.length === 0 ? [system] : [[...system, ...summary], system]) {
      const kept = await newestBetween(opening, reply);
      if (kept.length === 0) continue;
      const prompt = joinMessages([...opening, ...kept, ...reply]);
      return { messages: prompt, dropped: dialogue.length - kept.length, countInputTokens: () => countAll(prompt) };
    }
  }
  throw tooLong();
};
