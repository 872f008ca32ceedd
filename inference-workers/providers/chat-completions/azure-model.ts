/**
 * A model behind Azure OpenAI's v1 API, which is that of OpenAI with a key in a header of its own. A model's name is
 * that of its deployment.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createWireModel, type WireModelOptions } from '../wire/wire-model.ts';
import { createCompletionFormat } from './completion-format.ts';
import { optionalFieldsOf, requestBody } from './request-body.ts';

export const createAzureModel = (options: WireModelOptions): LanguageModelV4 =>
  createWireModel(options, {
    path: '/chat/completions',
    headers: (apiKey) => (apiKey === undefined ? {} : { 'api-key': apiKey }),
    optionalFieldsOf,
    requestBody,
    createReplyFormat: createCompletionFormat,
  });
