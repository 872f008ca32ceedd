/**
 * Writes the GGUF container, version 3: metadata, then tensors, each aligned to 32 bytes. Everything is little-endian.
 */

export interface Tensor {
  readonly name: string;
  /** Innermost first, as ggml counts them. */
  readonly shape: readonly number[];
  readonly type: 'F32' | 'F16';
  readonly bytes: Buffer;
}

const valueTypes = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const tensorTypes = { F32: 0, F16: 1 } as const;
const alignment = 32;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const array = (type: keyof typeof valueTypes, items: readonly Buffer[]): Buffer =>
  Buffer.concat([u32(valueTypes[type]), u64(items.length), ...items]);
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((alignment - (bytes.length % alignment)) % alignment)]);

const entry = (key: string, type: keyof typeof valueTypes, value: Buffer): Buffer =>
  Buffer.concat([text(key), u32(valueTypes[type]), value]);

/** One metadata entry each. */
export const metadata = {
  string: (key: string, value: string) => entry(key, 'string', text(value)),
  u32: (key: string, value: number) => entry(key, 'u32', u32(value)),
  f32: (key: string, value: number) => entry(key, 'f32', f32(value)),
  bool: (key: string, value: boolean) => entry(key, 'bool', Buffer.from([value ? 1 : 0])),
  strings: (key: string, values: readonly string[]) => entry(key, 'array', array('string', values.map(text))),
  integers: (key: string, values: readonly number[]) => entry(key, 'array', array('i32', values.map(u32))),
};

export const ggufFile = (entries: readonly Buffer[], tensors: readonly Tensor[]): Buffer => {
  let offset = 0;
  const infos: Buffer[] = [];
  const data = tensors.map(({ name, shape, type, bytes }) => {
    infos.push(text(name), u32(shape.length), ...shape.map(u64), u32(tensorTypes[type]), u64(offset));
    const block = padded(bytes);
    offset += block.length;
    return block;
  });
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length), ...entries, ...infos];
  return Buffer.concat([padded(Buffer.concat(head)), ...data]);
};
