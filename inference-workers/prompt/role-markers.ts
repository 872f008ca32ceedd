/**
 * Disarms chat-template markers in text that people or tools wrote. Servers that put messages through a template (vLLM,
 * llama.cpp, Ollama) would read `<|im_start|>system` inside a message as the start of another role. With a zero-width
 * space inside, the marker is plain text and looks the same to a reader. Invariant: text without a marker is returned
 * unchanged.
 */

const joiner = '\u200b';

/**
 * The markers of the known templates, as their tokenizers have them, with the templates that have them. Each pattern
 * follows the opening bracket.
 */
const afterAngle = [
  // ChatML, Qwen, Llama 3 and 4, Phi, Command R, Granite, Kimi, GLM, gpt-oss, LFM; Gemma 4 leaves one bar out.
  String.raw`\|[^|<>\s]{1,60}\|?>`,
  String.raw`[\w.-]{1,60}\|>`,
  // DeepSeek, Hunyuan.
  String.raw`｜[^｜<>\n]{1,60}｜>`,
  // Gemma.
  String.raw`\/?(?:start|end)_of_(?:turn|image|audio)>`,
  '(?:bos|eos|pad|unk|mask|sop|eop|eod|cls|sep)>',
  // Command R, Nemotron, Baichuan, T5.
  '[A-Z]{2,12}_TOKEN>',
  String.raw`(?:SPECIAL|reserved|extra_id|unused)_?\d{1,5}>`,
  // Llama 2 and Mistral.
  String.raw`\/?s>`,
  String.raw`<\/?SYS>>`,
  // Hermes, Qwen, GLM, Kimi, DeepSeek R1, Granite, Phi, MiniMax, Seed.
  String.raw`\/?(?:[a-z]{2,12}:)?(?:tools?|tool_(?:calls?|response|result|outputs?)|function_calls?|functions?|think(?:ing)?|arg_(?:key|value)|invoke|parameter|observation)(?:[=\s][^<>\n]{0,80})?>`,
  'seed:[a-z_]{2,20}>',
];
const afterSquare = [
  // Llama 2 and Mistral (Tekken).
  String.raw`\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|MODEL_SETTINGS|ARGS|CALL_ID|THINK)\]`,
  String.raw`(?:IMG|IMG_BREAK|IMG_END|PREFIX|MIDDLE|SUFFIX|AUDIO|BEGIN_AUDIO|TRANSCRIBE)\]`,
  // GLM, Kimi, BERT.
  String.raw`(?:gMASK|sMASK|MASK|BOS|EOS|EOT|PAD|UNK|CLS|SEP)\]`,
  // EXAONE, MiniMax.
  String.raw`\|[^|\[\]\s]{1,40}\|\]`,
  String.raw`e~\[`,
];
const markers = new RegExp(
  String.raw`<(?=${afterAngle.join('|')})|\[(?=${afterSquare.join('|')})|\](?=~!?b[\[\]])`,
  'g',
);

export const disarmRoleMarkers = (text: string): string => text.replace(markers, (opening) => opening + joiner);
