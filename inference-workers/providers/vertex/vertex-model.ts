/**
 * Gemini behind Google Cloud's Vertex AI. The package is loaded with this file. It is reached with an API key (express
 * mode), or in a project and location with the credentials that google-auth-library finds: a file, or those of the
 * machine. Invariant: of the process's variables, the package reads none.
 */
import { createGoogleVertex } from '@ai-sdk/google-vertex';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { withThinking } from '../google/gemini-options.ts';
import { createPackagedModel } from '../wire/packaged-model.ts';
import { createEventPieces } from '../wire/piece-reader.ts';
import { createProviderFetch } from '../wire/provider-fetch.ts';

export interface VertexPlace {
  readonly project: string;
  /** A region such as `europe-west4`, a multi-region `eu` or `us`, or `global`. */
  readonly location: string;
  /** Path of a file with credentials; undefined: those of the machine. */
  readonly credentialsFile: string | undefined;
}

export interface VertexOptions {
  /** Name of the provider in the catalogue. */
  readonly provider: string;
  /** In place of the address that follows from the access. */
  readonly baseUrl: string | undefined;
  readonly access: { readonly apiKey: string } | VertexPlace;
  /** Holds the connections. */
  readonly dispatcher: Dispatcher;
}

const expressAddress = 'https://aiplatform.googleapis.com/v1/publishers/google';

const hostOf = (location: string): string => {
  if (location === 'global') return 'aiplatform.googleapis.com';
  return location === 'eu' || location === 'us'
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
};

const addressOf = ({ project, location }: VertexPlace): string =>
  `https://${hostOf(location)}/v1beta1/projects/${project}/locations/${location}/publishers/google`;

/** @returns a function that creates the model of a name. */
export const openVertex = ({ provider, baseUrl, access, dispatcher }: VertexOptions) => {
  const fetch = createProviderFetch(dispatcher, createEventPieces);
  const vertex =
    'apiKey' in access
      ? createGoogleVertex({ apiKey: access.apiKey, baseURL: baseUrl ?? expressAddress, fetch })
      : createGoogleVertex({
          // Keeps the package from looking for a key.
          apiKey: '',
          project: access.project,
          location: access.location,
          baseURL: baseUrl ?? addressOf(access),
          googleAuthOptions: access.credentialsFile === undefined ? {} : { keyFilename: access.credentialsFile },
          fetch,
        });
  return (modelId: string): LanguageModelV4 =>
    createPackagedModel({
      provider,
      modelId,
      packaged: vertex(modelId),
      adapt: (call) => withThinking(modelId, call),
    });
};
