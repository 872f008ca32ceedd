/** A model behind an OpenAI-compatible `POST /chat/completions`, streamed. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createWireModel, type WireModelOptions } from '../wire/wire-model.ts';
import { createCompletionFormat } from './completion-format.ts';
import { optionalFieldsOf, requestBody } from './request-body.ts';

export const createChatCompletionsModel = (options: WireModelOptions): LanguageModelV4 =>
  createWireModel(options, {
    path: '/chat/completions',
    headers: (apiKey) => (apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    optionalFieldsOf,
    requestBody,
    createReplyFormat: createCompletionFormat,
  });
