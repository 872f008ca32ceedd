/** A model behind Anthropic's `POST /messages`, streamed. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { generateByStreaming } from '../generate-by-streaming.ts';
import { createAcceptedFields } from '../wire/accepted-fields.ts';
import { createPartReader } from '../wire/part-reader.ts';
import { requestProvider } from '../wire/provider-request.ts';
import { streamParts } from '../wire/stream-parts.ts';
import { createMessageFormat } from './message-format.ts';
import { type OptionalField, optionalFieldsOf, requestBody } from './request-body.ts';

export interface AnthropicOptions {
  /** Name of the provider in the catalogue. */
  readonly provider: string;
  /** Without the path of the operation: `https://host/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** The provider's name for the model. */
  readonly model: string;
  /** Holds the connections. */
  readonly dispatcher: Dispatcher;
}

export const createAnthropicModel = (options: AnthropicOptions): LanguageModelV4 => {
  const { provider, baseUrl, apiKey, model: modelId, dispatcher } = options;
  const url = `${baseUrl}/messages`;
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'anthropic-version': '2023-06-01',
    ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
  };
  const fields = createAcceptedFields<OptionalField>();
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: (call) => generateByStreaming(model, call),
    async doStream(call) {
      const response = await fields.request(optionalFieldsOf(call), (omitted) => {
        const body = requestBody(modelId, call, omitted);
        return requestProvider({ url, method: 'POST', headers, body, signal: call.abortSignal, dispatcher });
      });
      return { stream: streamParts(response, createPartReader(createMessageFormat)) };
    },
  };
  return model;
};
