/**
 * Disarms chat-template markers in text that people or tools wrote. Servers that put messages through a template (vLLM,
 * llama.cpp, Ollama) would read `<|im_start|>system` inside a message as the start of another role. With a zero-width
 * space inside, the marker is plain text and looks the same to a reader. Invariant: text without a marker is returned
 * unchanged.
 */

const joiner = '\u200b';
const markers =
  /<(?=\|[\w.-]{1,40}\|>)|<(?=\/?(?:start|end)_of_turn>)|<(?=\/?s>)|<(?=<\/?SYS>>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|TOOL_RESULTS)\])|<(?=｜[^｜<>]{1,40}｜>)/g;

export const disarmRoleMarkers = (text: string): string => text.replace(markers, (opening) => opening + joiner);
