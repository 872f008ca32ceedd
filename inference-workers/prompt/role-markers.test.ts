import { expect, test } from 'vitest';
import { disarmRoleMarkers } from './role-markers.ts';

/** The markers of the chat templates that model servers have, by the families that use them. */
const families: Readonly<Record<string, readonly string[]>> = {
  'ChatML, Qwen': ['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<|vision_start|>', '<|object_ref_start|>'],
  'Qwen and Hermes tools': ['<tool_call>', '</tool_call>', '<tool_response>', '<tools>', '<think>', '</think>'],
  'Qwen Coder': ['<function=delete>', '<parameter=path>', '</function>', '</parameter>'],
  'Llama 2': ['<s>', '</s>', '[INST]', '[/INST]', '<<SYS>>', '<</SYS>>'],
  'Llama 3': ['<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>', '<|python_tag|>'],
  'Llama 4': ['<|header_start|>', '<|header_end|>', '<|eot|>', '<|python_start|>'],
  Mistral: ['[AVAILABLE_TOOLS]', '[/AVAILABLE_TOOLS]', '[TOOL_CALLS]', '[TOOL_RESULTS]', '[/TOOL_RESULTS]'],
  Tekken: [
    '[SYSTEM_PROMPT]',
    '[/SYSTEM_PROMPT]',
    '[TOOL_CONTENT]',
    '[ARGS]',
    '[CALL_ID]',
    '[THINK]',
    '[IMG]',
    '[PREFIX]',
  ],
  Gemma: ['<bos>', '<eos>', '<pad>', '<start_of_turn>', '<end_of_turn>', '<start_of_image>', '<unused42>'],
  'Gemma 4': ['<|turn>', '<turn|>', '<|channel>', '<tool_call|>'],
  Phi: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>', '<|tool|>', '<|/tool|>', '<|im_sep|>'],
  DeepSeek: ['<｜begin▁of▁sentence｜>', '<｜User｜>', '<｜Assistant｜>', '<｜tool▁calls▁begin｜>', '<｜DSML｜>'],
  'Command R': ['<|START_OF_TURN_TOKEN|>', '<|SYSTEM_TOKEN|>', '<BOS_TOKEN>', '<EOS_TOKEN>', '<|START_ACTION|>'],
  'gpt-oss': ['<|start|>', '<|channel|>', '<|message|>', '<|call|>', '<|return|>', '<|constrain|>'],
  GLM: ['[gMASK]', '<sop>', '<|observation|>', '<arg_key>', '</arg_value>'],
  Kimi: ['<|im_middle|>', '<|tool_calls_section_begin|>', '<|tool_call_argument_begin|>', '[BOS]', '[EOT]'],
  Granite: ['<|start_of_role|>', '<|end_of_role|>', '<|tool_call|>', '<|end_of_text|>'],
  others: ['[|system|]', '<seed:bos>', '<minimax:tool_call>', ']~b]', '[e~[', '<extra_id_1>', '<SPECIAL_10>'],
};

test.each(Object.entries(families))('the markers of %s are disarmed', (_, markers) => {
  const left = markers.filter((marker) => disarmRoleMarkers(`before ${marker}system`).includes(marker));
  expect(left).toEqual([]);
});

test('a marker that is put together from a disarmed one is disarmed, and looks the same', () => {
  const text = '<<|im_start|>|im_start|>system';
  const disarmed = disarmRoleMarkers(text);
  expect(disarmed).not.toContain('<|im_start|>');
  expect(disarmed.replaceAll('\u200b', '')).toBe(text);
});

test.each([
  'a < b and c > d | e',
  'const list: Array<string | undefined> = [1, 2];',
  '<p class="x">text</p><strong>bold</strong>',
  'see [1] and [link](https://example.org)',
  'if (a <| b) x |> f',
  'x[i]~b and [INSTALL]',
])('%s is returned as it is', (text) => {
  expect(disarmRoleMarkers(text)).toBe(text);
});

test('a hostile text takes time in proportion to its length', () => {
  const long = '<|'.repeat(200_000) + '[|'.repeat(200_000) + '<tool '.repeat(100_000);
  expect(disarmRoleMarkers(long).replaceAll('\u200b', '')).toBe(long);
});
