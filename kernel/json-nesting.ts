/**
 * Checks how deep a JSON text nests, before anything that recurses (a schema, a serialiser) processes foreign text:
 * recursion overflows the stack at some thousand levels. Linear in the length of the text. For a text that is not JSON
 * the result is meaningless.
 */

const [quote, backslash] = ['"'.charCodeAt(0), '\\'.charCodeAt(0)];
const opening = new Set(['{'.charCodeAt(0), '['.charCodeAt(0)]);
const closing = new Set(['}'.charCodeAt(0), ']'.charCodeAt(0)]);

/** Levels that JSON of people, models and tools may nest. */
export const maxJsonLevels = 64;

export const nestsTooDeep = (text: string): boolean => {
  let levels = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === backslash) index += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (closing.has(code)) levels -= 1;
    else if (opening.has(code)) {
      levels += 1;
      if (levels > maxJsonLevels) return true;
    }
  }
  return false;
};
