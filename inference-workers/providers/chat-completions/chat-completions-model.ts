/**
 * A model behind an OpenAI-compatible `POST /chat/completions`, streamed. Invariant: cancelling the stream or aborting
 * the call closes the socket at once, which is how a provider notices that its reader has left.
 */
import { APICallError, type LanguageModelV4, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { generateByStreaming } from '../generate-by-streaming.ts';
import { createPartReader } from './read-parts.ts';
import { requestBody } from './request-body.ts';

export interface ChatCompletionsOptions {
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

/** Header names are in lower case already. Of several values the first one counts. */
const headersOf = ({ headers }: Dispatcher.ResponseData): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => [[name, [value].flat()[0] ?? '']]));

/** Characters of a provider's refusal that are kept; the rest is not read. */
const longestRefusal = 64 * 1024;

const textOf = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  const decoder = new TextDecoder();
  const chunks: AsyncIterable<Uint8Array> = body;
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestRefusal) break;
  }
  return text.slice(0, longestRefusal);
};

const refusalOf = async (url: string, response: Dispatcher.ResponseData): Promise<APICallError> =>
  new APICallError({
    message: `The provider responded with ${response.statusCode}.`,
    url,
    requestBodyValues: {},
    statusCode: response.statusCode,
    responseHeaders: headersOf(response),
    responseBody: await textOf(response.body),
  });

const partsOf = (body: Dispatcher.ResponseData['body']): ReadableStream<LanguageModelV4StreamPart> => {
  const reader = createPartReader();
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        for (;;) {
          const chunk = await chunks.next();
          const parts = chunk.done ? reader.end() : reader.read(chunk.value);
          for (const part of parts) controller.enqueue(part);
          if (chunk.done) controller.close();
          if (chunk.done || parts.length > 0) return;
        }
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
};

export const createChatCompletionsModel = (options: ChatCompletionsOptions): LanguageModelV4 => {
  const { provider, baseUrl, apiKey, model: modelId, dispatcher } = options;
  const url = `${baseUrl}/chat/completions`;
  const { origin, pathname, search } = new URL(url);
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: (call) => generateByStreaming(model, call),
    async doStream(call) {
      const response = await dispatcher.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers,
        body: requestBody(modelId, call),
        signal: call.abortSignal ?? null,
      });
      if (response.statusCode !== 200) throw await refusalOf(url, response);
      return { stream: partsOf(response.body) };
    },
  };
  return model;
};
