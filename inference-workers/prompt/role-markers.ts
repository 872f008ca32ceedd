/**
 * Takes the force out of chat-template markers in text that people or tools wrote. Servers that put messages through a
 * template (vLLM, llama.cpp, Ollama) would read `<|im_start|>system` inside a message as the start of another role;
 * with a zero-width space inside it is plain text, and looks the same to a reader. Invariant: what has no marker is
 * returned unchanged.
 */

const joiner = '\u200b';
const markers =
  /<(?=\|[\w.-]{1,40}\|>)|<(?=\/?(?:start|end)_of_turn>)|<(?=\/?s>)|<(?=<\/?SYS>>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|TOOL_RESULTS)\])|<(?=｜[^｜<>]{1,40}｜>)/g;

export const disarmRoleMarkers = (text: string): string => text.replace(markers, (opening) => opening + joiner);
