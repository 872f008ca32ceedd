/**
 * A model that a package of the AI SDK speaks to, as the worker needs it. Invariant: an end that is none of a whole
 * reply is an error, whatever the package takes it for. A model that refuses to think is asked without it from then on.
 */
import { APICallError, type LanguageModelV4, type LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { finishReasonOf } from '../chat-completions/finish-reason.ts';
import { generateByStreaming } from '../generate-by-streaming.ts';

export interface PackagedModel {
  /** Name of the provider in the catalogue. */
  readonly provider: string;
  /** The provider's name for the model. */
  readonly modelId: string;
  readonly packaged: Pick<LanguageModelV4, 'doStream'>;
  /** The call with the options of its provider. */
  adapt(call: LanguageModelV4CallOptions): LanguageModelV4CallOptions;
}

/** Characters of a refusal that are searched. */
const searched = 4_000;

const refusesThinking = (fault: unknown): boolean =>
  APICallError.isInstance(fault) &&
  fault.statusCode === 400 &&
  /think|reasoning/i.test((fault.responseBody ?? '').slice(0, searched)) &&
  !/signature/i.test((fault.responseBody ?? '').slice(0, searched));

/** What ended a response, where a package says only that it did. */
const causeOf = (fault: unknown): unknown =>
  APICallError.isInstance(fault) && (fault.statusCode ?? 0) < 300 && fault.cause !== undefined ? fault.cause : fault;

export const createPackagedModel = ({ provider, modelId, packaged, adapt }: PackagedModel): LanguageModelV4 => {
  let thinks = true;
  const open = async (call: LanguageModelV4CallOptions) => {
    const { reasoning, ...plain } = call;
    if (reasoning === undefined || !thinks) return packaged.doStream(adapt(plain));
    try {
      return await packaged.doStream(adapt(call));
    } catch (fault) {
      if (!refusesThinking(fault)) throw fault;
      const opened = await packaged.doStream(adapt(plain));
      thinks = false;
      return opened;
    }
  };
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: (call) => generateByStreaming(model, call),
    async doStream(call) {
      const { stream } = await open(call);
      const parts = stream.getReader();
      return {
        stream: new ReadableStream(
          {
            async pull(controller) {
              const { done, value: part } = await parts.read().catch((fault: unknown) => {
                throw causeOf(fault);
              });
              if (done) {
                controller.close();
              } else if (part.type === 'finish' && part.finishReason.unified === 'other' && part.finishReason.raw) {
                controller.enqueue({ ...part, finishReason: finishReasonOf(part.finishReason.raw) });
              } else {
                controller.enqueue(part);
              }
            },
            cancel: (reason) => parts.cancel(reason),
          },
          { highWaterMark: 0 },
        ),
      };
    },
  };
  return model;
};
