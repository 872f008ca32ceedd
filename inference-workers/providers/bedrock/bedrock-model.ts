/**
 * Models behind Amazon Bedrock's Converse API. The package is loaded with this file. Invariant: of the process's
 * variables, the package reads none.
 */
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { createPackagedModel } from '../wire/packaged-model.ts';
import { createFramePieces } from '../wire/piece-reader.ts';
import { createProviderFetch } from '../wire/provider-fetch.ts';
import { withThinking } from './bedrock-options.ts';

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

export interface BedrockOptions {
  /** Name of the provider in the catalogue. */
  readonly provider: string;
  /** In place of the region's address. */
  readonly baseUrl: string | undefined;
  readonly region: string;
  /** A key of Bedrock, or access keys, with which requests are signed (SigV4). */
  readonly access: { readonly apiKey: string } | AccessKeys;
  /** Holds the connections. */
  readonly dispatcher: Dispatcher;
}

/** @returns a function that creates the model of a name. */
export const openBedrock = ({ provider, baseUrl, region, access, dispatcher }: BedrockOptions) => {
  const bedrock = createAmazonBedrock({
    region,
    baseURL: baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    // An empty key keeps the package from looking for one.
    ...('apiKey' in access ? access : { ...access, apiKey: '', sessionToken: access.sessionToken ?? '' }),
    fetch: createProviderFetch(dispatcher, createFramePieces),
  });
  return (modelId: string): LanguageModelV4 =>
    createPackagedModel({
      provider,
      modelId,
      packaged: bedrock(modelId),
      adapt: (call) => withThinking(modelId, call),
    });
};
