/**
 * How deep a JSON text nests, to be asked before anything that recurses (a schema, a stringifier) walks over what
 * somebody else wrote: such a walk overflows the stack at some thousand levels. Linear in the length of the text; a
 * text that is no JSON may have any answer.
 */

const [quote, backslash] = ['"'.charCodeAt(0), '\\'.charCodeAt(0)];
const opening = new Set(['{'.charCodeAt(0), '['.charCodeAt(0)]);
const closing = new Set(['}'.charCodeAt(0), ']'.charCodeAt(0)]);

/** Levels that what people, models and tools write as JSON may nest. */
export const mostLevels = 64;

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
      if (levels > mostLevels) return true;
    }
  }
  return false;
};
