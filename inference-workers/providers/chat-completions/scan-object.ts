/**
 * Finds the end of a JSON object that arrives in pieces. Invariant: each character is looked at once.
 */

export interface ObjectScanner {
  /** Whether the pieces so far hold an object from its first to its last brace. */
  readonly isWhole: boolean;
  read(piece: string): void;
}

export const createObjectScanner = (): ObjectScanner => {
  let depth = 0;
  let hasOpened = false;
  let isString = false;
  let isEscaped = false;
  const readInString = (character: string): void => {
    if (isEscaped) isEscaped = false;
    else if (character === '\\') isEscaped = true;
    else if (character === '"') isString = false;
  };
  return {
    get isWhole() {
      return hasOpened && depth === 0;
    },
    read(piece) {
      for (const character of piece) {
        if (isString) readInString(character);
        else if (character === '"') isString = true;
        else if (character === '{') {
          depth += 1;
          hasOpened = true;
        } else if (character === '}') depth -= 1;
      }
    },
  };
};
