/** The bytes of a picture in a prompt, in base64, as wire formats want them. */
import type { LanguageModelV4FilePart } from '@ai-sdk/provider';

/** Encoded once for all tries and candidates. */
const encoded = new WeakMap<Uint8Array, string>();

/** Undefined for what is no bytes. */
export const base64Of = ({ data }: Pick<LanguageModelV4FilePart, 'data'>): string | undefined => {
  if (data.type !== 'data') return undefined;
  const bytes = data.data;
  if (typeof bytes === 'string') return bytes;
  const known = encoded.get(bytes);
  if (known !== undefined) return known;
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  encoded.set(bytes, base64);
  return base64;
};
