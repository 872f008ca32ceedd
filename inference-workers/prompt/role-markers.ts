/**
 * Disarms chat-template markers in text that people or tools wrote. Servers that put messages through a template (vLLM,
 * llama.cpp, Ollama) would read `<|im_start|>system` inside a message as the start of another role. With a zero-width
 * space inside, the marker is plain text and looks the same to a reader. Invariant: text without a marker is returned
 * unchanged.
 */
import { ambiguousAngleMarkers, ambiguousSquareMarkers, angleMarkers, squareMarkers } from '#contracts/role-markers.ts';

const joiner = '\u200b';

const afterAngle = [...angleMarkers, ...ambiguousAngleMarkers].join('|');
const afterSquare = [...squareMarkers, ...ambiguousSquareMarkers].join('|');
const markers = new RegExp(String.raw`<(?=${afterAngle})|\[(?=${afterSquare})|\](?=~!?b[\[\]])`, 'g');

export const disarmRoleMarkers = (text: string): string => text.replace(markers, (opening) => opening + joiner);
