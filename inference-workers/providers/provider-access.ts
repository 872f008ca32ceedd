/**
 * What a worker needs to reach a provider, from the variables that the models file names. Invariant: the package of a
 * provider is loaded only where its variables are set and it has models to serve.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { parseBaseUrl } from '#kernel/catalogue/base-url.ts';
import type { CatalogueProvider } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { createAnthropicModel } from './anthropic/anthropic-model.ts';
import { createAzureModel } from './chat-completions/azure-model.ts';
import { createChatCompletionsModel } from './chat-completions/chat-completions-model.ts';
import type { WireModelOptions } from './wire/wire-model.ts';

/** @param name the provider's name for the model. */
export type CreateModel = (name: string) => LanguageModelV4;

export interface ProviderAccess {
  /** Empty where the provider's package has its own, which depends on the place. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Whether a variable replaces the address. */
  readonly isOtherBaseUrl: boolean;
  /** See ServedModel. */
  readonly trimsPrefix: boolean;
  load(): Promise<CreateModel>;
}

export interface AccessSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
}

type Kind = CatalogueProvider['kind'];
type Setting = keyof CatalogueProvider['settings'];

/** Where an address has no path. */
const usualPaths: Readonly<Partial<Record<Kind, string>>> = {
  azure: '/openai/v1',
  google: '/v1beta',
  vertex: '/v1/publishers/google',
  bedrock: '',
};

/** Settings that become part of an address. */
const placePattern = /^[a-z0-9](?:[a-z0-9.:-]{0,62}[a-z0-9])?$/;

const wireModels: Readonly<Partial<Record<Kind, (options: WireModelOptions) => LanguageModelV4>>> = {
  anthropic: createAnthropicModel,
  azure: createAzureModel,
};

/** Undefined where the provider's variables are not set. Logs those that cannot be used. */
export const findProviderAccess = (
  provider: CatalogueProvider,
  { environment, dispatcher, logger }: AccessSettings,
): ProviderAccess | undefined => {
  const { kind, name, baseUrlVariable, apiKeyVariable, settings } = provider;
  /** The variable's value; an empty text counts as not set. */
  const textOf = (variable: string | undefined): string | undefined =>
    (variable === undefined ? undefined : environment[variable]) || undefined;
  const placeOf = (setting: Setting): string | undefined => {
    const value = textOf(settings[setting]);
    if (value === undefined || placePattern.test(value)) return value;
    const variable = settings[setting];
    logger.error({ variable, setting }, 'the variable does not name a place; its provider is left out');
    return undefined;
  };
  const given = textOf(baseUrlVariable);
  const other = given === undefined ? undefined : parseBaseUrl(given, usualPaths[kind]);
  if (given !== undefined && other === undefined) {
    logger.error({ variable: baseUrlVariable }, 'the variable does not hold an address; its provider is left out');
    return undefined;
  }
  const baseUrl = other ?? provider.baseUrl;
  const apiKey = textOf(apiKeyVariable);
  const isOtherBaseUrl = given !== undefined;
  const trimsPrefix = kind === 'anthropic' || kind === 'bedrock';
  const found = { baseUrl: baseUrl ?? '', apiKey, isOtherBaseUrl, trimsPrefix };

  switch (kind) {
    case 'vertex': {
      const [project, location] = [placeOf('project'), placeOf('location')];
      const credentialsFile = textOf(settings.credentialsFile);
      const place =
        project === undefined || location === undefined ? undefined : { project, location, credentialsFile };
      const access = apiKey === undefined ? place : { apiKey };
      if (access === undefined) return undefined;
      return {
        ...found,
        load: async () => {
          const { openVertex } = await import('./vertex/vertex-model.ts');
          return openVertex({ provider: name, baseUrl, access, dispatcher });
        },
      };
    }
    case 'bedrock': {
      const region = placeOf('region');
      const [accessKeyId, secretAccessKey] = [textOf(settings.accessKeyId), textOf(settings.secretAccessKey)];
      const sessionToken = textOf(settings.sessionToken);
      const keys =
        accessKeyId === undefined || secretAccessKey === undefined
          ? undefined
          : { accessKeyId, secretAccessKey, sessionToken };
      const access = apiKey === undefined ? keys : { apiKey };
      if (region === undefined || access === undefined) return undefined;
      return {
        ...found,
        load: async () => {
          const { openBedrock } = await import('./bedrock/bedrock-model.ts');
          return openBedrock({ provider: name, baseUrl, region, access, dispatcher });
        },
      };
    }
    default: {
      // A server of one's own may need no key; those of Google and Azure always do.
      const needsKey = apiKeyVariable !== undefined && (!isOtherBaseUrl || kind === 'azure' || kind === 'google');
      if (baseUrl === undefined || (needsKey && apiKey === undefined)) return undefined;
      const options: Omit<WireModelOptions, 'model'> = { provider: name, baseUrl, apiKey, dispatcher };
      return {
        ...found,
        load: async () => {
          if (kind === 'google') return (await import('./google/google-model.ts')).openGoogle(options);
          const create = wireModels[kind] ?? createChatCompletionsModel;
          return (model) => create({ ...options, model });
        },
      };
    }
  }
};
