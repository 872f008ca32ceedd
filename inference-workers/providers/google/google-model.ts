/** Models behind Google's Gemini API. The package is loaded with this file. */
import { createGoogle } from '@ai-sdk/google';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createPackagedModel } from '../wire/packaged-model.ts';
import { createEventPieces } from '../wire/piece-reader.ts';
import { createProviderFetch } from '../wire/provider-fetch.ts';
import type { WireModelOptions } from '../wire/wire-model.ts';
import { withThinking } from './gemini-options.ts';

type GoogleOptions = Omit<WireModelOptions, 'model'>;

/** @returns a function that creates the model of a name. */
export const openGoogle = ({ provider, baseUrl, apiKey = '', dispatcher }: GoogleOptions) => {
  const google = createGoogle({ baseURL: baseUrl, apiKey, fetch: createProviderFetch(dispatcher, createEventPieces) });
  return (modelId: string): LanguageModelV4 =>
    createPackagedModel({
      provider,
      modelId,
      packaged: google(modelId),
      adapt: (call) => withThinking(modelId, call),
    });
};
