/** A model behind an HTTP API that streams its replies, in the wire format of its provider. */
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { generateByStreaming } from '../generate-by-streaming.ts';
import { createAcceptedFields } from './accepted-fields.ts';
import { createPartReader, type EmitPart, type ReplyFormat } from './part-reader.ts';
import { requestProvider } from './provider-request.ts';
import { streamParts } from './stream-parts.ts';

export interface WireModelOptions {
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

export interface WireFormat<Field extends string> {
  /** Of the operation, after the base URL. */
  readonly path: string;
  /** Those besides the media types. */
  headers(apiKey: string | undefined): Readonly<Record<string, string>>;
  /** The fields of this request that it can do without. */
  optionalFieldsOf(call: LanguageModelV4CallOptions): readonly Field[];
  requestBody(model: string, call: LanguageModelV4CallOptions, omitted: ReadonlySet<Field>): string;
  createReplyFormat(emit: EmitPart): ReplyFormat;
}

export const createWireModel = <Field extends string>(
  { provider, baseUrl, apiKey, model: modelId, dispatcher }: WireModelOptions,
  format: WireFormat<Field>,
): LanguageModelV4 => {
  const url = baseUrl + format.path;
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', ...format.headers(apiKey) };
  const fields = createAcceptedFields<Field>();
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: (call) => generateByStreaming(model, call),
    async doStream(call) {
      const response = await fields.request(format.optionalFieldsOf(call), (omitted) => {
        const body = format.requestBody(modelId, call, omitted);
        return requestProvider({ url, method: 'POST', headers, body, signal: call.abortSignal, dispatcher });
      });
      return { stream: streamParts(response, createPartReader(format.createReplyFormat)) };
    },
  };
  return model;
};
