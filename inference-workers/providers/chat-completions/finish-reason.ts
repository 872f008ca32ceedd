/**
 * Why a reply ended, in the words of OpenAI, of the servers that speak its format, and of the models behind gateways,
 * whose words some of these pass on. Invariant: a reason that says that the reply is not whole is never taken for its
 * end.
 */
import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';

type Unified = LanguageModelV4FinishReason['unified'];

const wordsOf: Readonly<Partial<Record<Unified, readonly string[]>>> = {
  stop: ['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'complete'],
  length: [
    'length',
    'max_tokens',
    'max_output_tokens',
    // Mistral, and Zhipu and Anthropic.
    'model_length',
    'model_context_window_exceeded',
  ],
  'content-filter': [
    'content_filter',
    'content_filtered',
    'refusal',
    'guardrail_intervened',
    // Zhipu, then Google.
    'sensitive',
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'image_safety',
    'image_prohibited_content',
    'image_recitation',
  ],
  'tool-calls': ['tool_calls', 'function_call', 'tool_use'],
  error: [
    'error',
    'failed',
    'timeout',
    'abort',
    'aborted',
    'cancelled',
    'canceled',
    'interrupted',
    // Zhipu, then DeepSeek.
    'network_error',
    'insufficient_system_resource',
    // Google.
    'other',
    'unknown',
    'finish_reason_unspecified',
    'malformed_function_call',
    'unexpected_tool_call',
    'too_many_tool_calls',
    'missing_thought_signature',
    'malformed_response',
    'language',
    'no_image',
    'image_other',
    'continuation',
    // Amazon.
    'malformed_model_output',
    'malformed_tool_use',
  ],
};

const unified: ReadonlyMap<string, Unified> = new Map(
  (['stop', 'length', 'content-filter', 'tool-calls', 'error'] as const).flatMap((reason) =>
    (wordsOf[reason] ?? []).map((word): [string, Unified] => [word, reason]),
  ),
);

/** Gemini's servers add what was found to `content_filter`. A word that nobody knows is taken for an end. */
export const finishReasonOf = (raw: string): LanguageModelV4FinishReason => {
  const [word = ''] = raw.trim().toLowerCase().split(':', 1);
  return { unified: unified.get(word) ?? 'other', raw };
};
