/**
 * Makes a tiny GGUF (under 1 MB) with random weights, so that tests run the real engine without a download. It speaks
 * common words in no order: it proves loading, batching, streaming and stopping, not quality. Invariant: the same bytes
 * every time.
 */
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ggufFile, metadata, type Tensor } from './gguf-format.ts';
import { buildVocabulary } from './vocabulary.ts';

const width = 64;
const layers = 2;
const heads = 4;
const feedForward = 128;
const contextLength = 2048;

const chatTemplate =
  "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** Numerical Recipes' linear congruential generator: enough for weights, and the same everywhere. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const toHalf = (value: number): number => {
  const [bits = 0] = new Uint32Array(new Float32Array([value]).buffer);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 255) - 112;
  if (exponent <= 0) return sign;
  return exponent > 30 ? sign | 0x7bff : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
};

const buildTensors = (tokens: number, words: ReadonlySet<number>): readonly Tensor[] => {
  const random = createRandom(12_345);
  const normal = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const ones = (name: string): Tensor => ({
    name,
    shape: [width],
    type: 'F32',
    bytes: Buffer.from(new Float32Array(width).fill(1).buffer),
  });
  const matrix = (
    name: string,
    [inner, rows]: readonly [number, number],
    spread: number,
    keeps?: ReadonlySet<number>,
  ): Tensor => {
    const weights = new Uint16Array(inner * rows);
    // A row that is not kept stays zero: its token is never the likeliest.
    for (let index = 0; index < weights.length; index += 1) {
      const value = toHalf(normal() * spread);
      if (keeps?.has(Math.floor(index / inner)) ?? true) weights[index] = value;
    }
    return { name, shape: [inner, rows], type: 'F16', bytes: Buffer.from(weights.buffer) };
  };
  const layer = (index: number): readonly Tensor[] => {
    const name = (part: string) => `blk.${index}.${part}.weight`;
    const even = 1 / Math.sqrt(width);
    return [
      ones(name('attn_norm')),
      ...['q', 'k', 'v', 'output'].map((part) => matrix(name(`attn_${part}`), [width, width], even)),
      ones(name('ffn_norm')),
      matrix(name('ffn_gate'), [width, feedForward], even),
      matrix(name('ffn_up'), [width, feedForward], even),
      matrix(name('ffn_down'), [feedForward, width], 1 / Math.sqrt(feedForward)),
    ];
  };
  return [
    matrix('token_embd.weight', [width, tokens], 1),
    ones('output_norm.weight'),
    matrix('output.weight', [width, tokens], 0.8, words),
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
  ];
};

const buildTinyGguf = (): Buffer => {
  const vocabulary = buildVocabulary();
  const { string, u32, f32, bool, strings, integers } = metadata;
  const entries = [
    string('general.architecture', 'llama'),
    string('general.name', 'tiny'),
    u32('general.file_type', 1),
    u32('general.alignment', 32),
    u32('llama.context_length', contextLength),
    u32('llama.embedding_length', width),
    u32('llama.block_count', layers),
    u32('llama.feed_forward_length', feedForward),
    u32('llama.attention.head_count', heads),
    u32('llama.attention.head_count_kv', heads),
    f32('llama.attention.layer_norm_rms_epsilon', 1e-5),
    u32('llama.rope.dimension_count', width / heads),
    f32('llama.rope.freq_base', 10_000),
    u32('llama.vocab_size', vocabulary.tokens.length),
    string('tokenizer.ggml.model', 'gpt2'),
    string('tokenizer.ggml.pre', 'gpt-2'),
    strings('tokenizer.ggml.tokens', vocabulary.tokens),
    integers('tokenizer.ggml.token_type', vocabulary.types),
    strings('tokenizer.ggml.merges', vocabulary.merges),
    u32('tokenizer.ggml.bos_token_id', vocabulary.endOfText),
    u32('tokenizer.ggml.eos_token_id', vocabulary.endOfMessage),
    bool('tokenizer.ggml.add_bos_token', false),
    string('tokenizer.chat_template', chatTemplate),
  ];
  return ggufFile(entries, buildTensors(vocabulary.tokens.length, vocabulary.words));
};

/** Path of the file, made once and kept in the system's temporary directory. */
export const tinyGguf = async (): Promise<string> => {
  const bytes = buildTinyGguf();
  const directory = join(tmpdir(), `parlance-gguf-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`);
  const path = join(directory, 'tiny.gguf');
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) return path;
  await mkdir(directory, { recursive: true });
  // Written beside it and renamed: another process never reads half a file.
  const draft = join(directory, randomUUID());
  await writeFile(draft, bytes);
  await rename(draft, path);
  return path;
};
