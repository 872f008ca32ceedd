/** A model behind Anthropic's `POST /messages`, streamed. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createWireModel, type WireModelOptions } from '../wire/wire-model.ts';
import { createMessageFormat } from './message-format.ts';
import { optionalFieldsOf, requestBody } from './request-body.ts';

export const createAnthropicModel = (options: WireModelOptions): LanguageModelV4 =>
  createWireModel(options, {
    path: '/messages',
    headers: (apiKey) => ({
      'anthropic-version': '2023-06-01',
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
    }),
    optionalFieldsOf,
    requestBody,
    createReplyFormat: createMessageFormat,
  });
