/**
 * What a provider wants back with the calls of a step, unchanged: Anthropic its signed thoughts, Gemini the signatures
 * of its calls. It is kept in memory, for the run of one model: another model could not read it, and a model that
 * continues another one's reply can do without. Invariant: bounded; a step with more is remembered without any of it.
 */
import type {
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';

type AssistantPart = Extract<LanguageModelV4Prompt[number], { role: 'assistant' }>['content'][number];
export type SignedThought = Extract<AssistantPart, { type: 'reasoning' }>;

export interface StepSignatures {
  /** The thoughts of the step that are signed, in their order. */
  readonly thoughts: readonly SignedThought[];
  /** By the id of the call in the log. */
  readonly calls: ReadonlyMap<string, SharedV4ProviderMetadata>;
}

/** Characters of the thoughts and signatures of one response. */
const mostCharacters = 1024 * 1024;

interface OpenThought {
  text: string;
  metadata: SharedV4ProviderMetadata;
}

const sizeOf = (metadata: SharedV4ProviderMetadata | undefined): number =>
  metadata === undefined ? 0 : JSON.stringify(metadata).length;

const merged = (one: SharedV4ProviderMetadata, other: SharedV4ProviderMetadata): SharedV4ProviderMetadata =>
  Object.fromEntries([
    ...Object.entries(one),
    ...Object.entries(other).map(([name, given]) => [name, { ...one[name], ...given }]),
  ]);

export interface ThoughtCollector {
  take(part: LanguageModelV4StreamPart): void;
  /** The signed thoughts so far. */
  readonly thoughts: readonly SignedThought[];
}

export const createThoughtCollector = (): ThoughtCollector => {
  const open = new Map<string, OpenThought>();
  let left = mostCharacters;
  return {
    take(part) {
      if (part.type !== 'reasoning-start' && part.type !== 'reasoning-delta' && part.type !== 'reasoning-end') return;
      const delta = part.type === 'reasoning-delta' ? part.delta : '';
      left -= delta.length + sizeOf(part.providerMetadata) + 1;
      if (left < 0) {
        open.clear();
        return;
      }
      let thought = open.get(part.id);
      if (thought === undefined) {
        thought = { text: '', metadata: {} };
        open.set(part.id, thought);
      }
      thought.text += delta;
      if (part.providerMetadata) thought.metadata = merged(thought.metadata, part.providerMetadata);
    },
    get thoughts() {
      return [...open.values()].flatMap(({ text, metadata }): SignedThought[] =>
        Object.keys(metadata).length === 0 ? [] : [{ type: 'reasoning', text, providerOptions: metadata }],
      );
    },
  };
};

/** @param ids of the calls in the log, in the order in which the model asked for them. */
export const signaturesOf = (
  thoughts: readonly SignedThought[],
  asked: readonly LanguageModelV4ToolCall[],
  ids: readonly string[],
): StepSignatures => {
  let left = mostCharacters;
  const calls = new Map<string, SharedV4ProviderMetadata>();
  for (const [index, { providerMetadata }] of asked.entries()) {
    const id = ids[index];
    left -= sizeOf(providerMetadata);
    if (id !== undefined && providerMetadata !== undefined && left >= 0) calls.set(id, providerMetadata);
  }
  return { thoughts, calls };
};
