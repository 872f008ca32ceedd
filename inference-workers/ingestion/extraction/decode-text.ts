/**
 * Text of any encoding: by its byte order mark, as UTF-8 where it is valid, as UTF-16 where every other byte is zero,
 * else by the frequencies of its bytes.
 */
import { detect } from 'chardet';
import { unsupported } from './extraction-fault.ts';

/** Bytes by which an encoding is guessed. */
const sampleBytes = 65_536;

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, index) => bytes[index] === byte);

const markedEncoding = (bytes: Uint8Array): string | undefined => {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return 'utf-8';
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le';
  return startsWith(bytes, 0xfe, 0xff) ? 'utf-16be' : undefined;
};

/** Text of mostly Latin letters in UTF-16 has a zero in every other byte. */
const zeroPattern = (bytes: Uint8Array): string | undefined => {
  const sample = bytes.subarray(0, sampleBytes);
  let [even, odd] = [0, 0];
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  const half = sample.length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  return even > half * 0.4 && odd < half * 0.05 ? 'utf-16be' : undefined;
};

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

const guessedEncoding = (bytes: Uint8Array): string => {
  const guess = detect(bytes.subarray(0, sampleBytes));
  // Windows' code page has what ISO 8859-1 has, and quotes and dashes beside it.
  return guess === null || guess === 'ISO-8859-1' || guess === 'ASCII' ? 'windows-1252' : guess;
};

/** Whether a byte is no character of any text. */
const isBinary = (text: string): boolean => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that texts do not have.
  const controls = text.slice(0, sampleBytes).match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return controls > Math.min(text.length, sampleBytes) * 0.02;
};

/** Throws UNSUPPORTED_TYPE for what is no text. */
export const decodeText = (bytes: Uint8Array): string => {
  const encoding = markedEncoding(bytes) ?? zeroPattern(bytes) ?? (isUtf8(bytes) ? 'utf-8' : guessedEncoding(bytes));
  let text: string;
  try {
    text = new TextDecoder(encoding).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  if (isBinary(text)) throw unsupported('Files of this type');
  return text;
};
