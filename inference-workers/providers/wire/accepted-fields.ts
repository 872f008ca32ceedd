/**
 * Learns which optional fields of a request a model does not accept, from its refusals: the request is sent again
 * without the field, and if that is accepted, the field is left out from then on. Invariants: one field after the other
 * is left out, each once, so a request is sent a bounded number of times; a refusal of a value, such as a temperature
 * that is too high, teaches nothing, because it concerns one request.
 */
import { APICallError } from '@ai-sdk/provider';
import { z } from 'zod';

/** What OpenAI, Anthropic, Azure, Mistral, vLLM and Google say of a field that they do not accept. */
const refusalWords =
  /unsupported|not supported|does not support|not (permitted|allowed)|extra_forbidden|unrecogni[sz]ed|unknown|unexpected (keyword|field|argument|property)|deprecated|additional propert|only 1 is allowed|unavailable now/i;
/** What they say of a value of a field that has a few. */
const valueWords = /must be one of|should be one of|input should be|expected one of|invalid_enum/i;
/** Characters of a refusal that are searched. */
const searched = 4_000;

const refusalSchema = z.object({
  error: z
    .object({ message: z.string(), code: z.unknown().optional(), param: z.unknown().optional() })
    .or(z.string().transform((sentence) => ({ message: sentence, code: undefined, param: undefined })))
    .optional()
    .catch(undefined),
  message: z.string().optional().catch(undefined),
  /** FastAPI, which also repeats the whole request: that is not searched. */
  detail: z
    .string()
    .or(
      z.array(
        z.object({ type: z.unknown().optional(), loc: z.array(z.unknown()).optional(), msg: z.string().optional() }),
      ),
    )
    .optional()
    .catch(undefined),
});

/** The sentences of a refusal, each with what it is about. */
const sentencesOf = (body: string): readonly string[] => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [body.slice(0, searched)];
  }
  const { error, message, detail } = refusalSchema.safeParse(Array.isArray(value) ? value[0] : value).data ?? {};
  const details = typeof detail === 'string' ? [detail] : (detail ?? []).map((one) => JSON.stringify(one));
  const sentences = [error && `${error.param ?? ''} ${error.code ?? ''} ${error.message}`, message, ...details];
  return sentences.flatMap((sentence) => (sentence ? [sentence.slice(0, searched)] : []));
};

const refusedField = <Field extends string>(fault: unknown, fields: readonly Field[]): Field | undefined => {
  if (!APICallError.isInstance(fault) || (fault.statusCode !== 400 && fault.statusCode !== 422)) return undefined;
  const sentences = sentencesOf(fault.responseBody ?? '');
  return fields.find((field) => {
    const [name, value] = field.split(':');
    const isNamed = new RegExp(`\\b${name}\\b`);
    const refuses = (sentence: string) =>
      refusalWords.test(sentence) || (value !== undefined && valueWords.test(sentence));
    return sentences.some((sentence) => isNamed.test(sentence) && refuses(sentence));
  });
};

export interface AcceptedFields<Field extends string> {
  /**
   * Resolves with what `send` resolves with, which gets the fields to leave out. Rejects as `send` does.
   * @param fields those that the request has and can do without. `name:value` is a field that is learned by its value,
   * because a model may accept others.
   */
  request<Result>(fields: readonly Field[], send: (omitted: ReadonlySet<Field>) => Promise<Result>): Promise<Result>;
}

/** To be kept for as long as the model is served. */
export const createAcceptedFields = <Field extends string>(): AcceptedFields<Field> => {
  let refused: ReadonlySet<Field> = new Set();
  return {
    async request(fields, send) {
      for (let omitted = refused; ; ) {
        try {
          const result = await send(omitted);
          if (omitted.size > refused.size) refused = omitted;
          return result;
        } catch (fault) {
          const left = fields.filter((field) => !omitted.has(field));
          const field = refusedField(fault, left);
          if (field === undefined) throw fault;
          omitted = new Set([...omitted, field]);
        }
      }
    },
  };
};
