/** Bounds of what a tool returns, and the form in which a model reads it. */

/** Bytes of a result. A model can use less of it. */
export const maxResponseBytes = 64 * 1024;
/** Characters of a refusal that the model gets, so that it can correct its call. */
export const maxRefusalChars = 1_000;

/** Characters that no reader can use, and that more than double in JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

export const readableText = (text: string): string => text.replace(controlCharacters, '').toWellFormed();
