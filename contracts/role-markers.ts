/**
 * The markers by which the chat templates of models separate roles, tool calls and reasoning, as their tokenizers have
 * them. Workers disarm them all in text that people, tools and models wrote. Moderation looks only for those that no
 * ordinary text has: `<s>` and `<tools>` are also HTML and XML. Each pattern follows an opening bracket, has no nested
 * repetition, and only bounded ones.
 */

/** After `<`: markers that no ordinary text has. */
export const angleMarkers = [
  // ChatML, Qwen, Llama 3 and 4, Phi, Command R, Granite, Kimi, GLM, gpt-oss, LFM.
  String.raw`\|[^|<>\s]{1,60}\|>`,
  // DeepSeek, Hunyuan.
  String.raw`｜[^｜<>\n]{1,60}｜>`,
  // Gemma.
  String.raw`\/?(?:start|end)_of_(?:turn|image|audio)>`,
  // Command R, Nemotron, Baichuan, T5.
  '[A-Z]{2,12}_TOKEN>',
  // Llama 2.
  String.raw`<\/?SYS>>`,
  'seed:[a-z_]{2,20}>',
] as const;

/** After `<`: markers that ordinary text may have too, such as HTML, XML and operators of programming languages. */
export const ambiguousAngleMarkers = [
  // Gemma 4 leaves one bar out.
  String.raw`\|[^|<>\s]{1,60}>`,
  String.raw`[\w.-]{1,60}\|>`,
  '(?:bos|eos|pad|unk|mask|sop|eop|eod|cls|sep)>',
  String.raw`(?:SPECIAL|reserved|extra_id|unused)_?\d{1,5}>`,
  // Llama 2 and Mistral.
  String.raw`\/?s>`,
  // Hermes, Qwen, GLM, Kimi, DeepSeek R1, Granite, Phi, MiniMax, Seed.
  String.raw`\/?(?:[a-z]{2,12}:)?(?:tools?|tool_(?:calls?|response|result|outputs?)|function_calls?|functions?|think(?:ing)?|arg_(?:key|value)|invoke|parameter|observation)(?:[=\s][^<>\n]{0,80})?>`,
] as const;

/** After `[`: markers that no ordinary text has. */
export const squareMarkers = [
  // Llama 2 and Mistral (Tekken).
  String.raw`\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|MODEL_SETTINGS)\]`,
  // GLM.
  String.raw`[gs]MASK\]`,
  // EXAONE, MiniMax.
  String.raw`\|[^|\[\]\s]{1,40}\|\]`,
  String.raw`e~\[`,
] as const;

/** After `[`: markers that may also be a placeholder, a key or a reference. */
export const ambiguousSquareMarkers = [
  // Mistral (Tekken).
  String.raw`\/?(?:ARGS|CALL_ID|THINK)\]`,
  String.raw`(?:IMG|IMG_BREAK|IMG_END|PREFIX|MIDDLE|SUFFIX|AUDIO|BEGIN_AUDIO|TRANSCRIBE)\]`,
  // Kimi, BERT.
  String.raw`(?:MASK|BOS|EOS|EOT|PAD|UNK|CLS|SEP)\]`,
] as const;
