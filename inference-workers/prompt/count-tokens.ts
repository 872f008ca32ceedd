/**
 * Tokens of a text by o200k_base: exact for OpenAI's models since GPT-4o. For other hosted models it is an approximation,
 * within about a fifth for English prose; their own count arrives with the usage and is what is billed. Local models bring their own.
 */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { CountTokens } from '../providers/registry.ts';

/** Markers of special tokens inside the text are counted as the plain characters that they are. */
const asPlainText = { disallowedSpecial: new Set<string>() };

export const countO200kTokens: CountTokens = (text) => countTokens(text, asPlainText);
