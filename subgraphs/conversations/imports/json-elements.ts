/**
 * Splits a JSON text into the conversations in it, without holding or parsing the whole: the elements of the outermost
 * array, or of the first array in the outermost object, or the whole object. Invariant: an element that is too long or
 * nested too deep is never held, let alone parsed, and the bytes of the whole text have a bound.
 */

/** A part of the text, or why there is none. */
export type JsonElement = { readonly text: string } | { readonly fault: 'TOO_LONG' | 'TOO_DEEP' };

export interface ElementBounds {
  /** Bytes of one element. */
  readonly mostBytes: number;
  /** Brackets within brackets, in one element. */
  readonly mostDepth: number;
  /** Bytes of the whole text. */
  readonly mostTextBytes: number;
}

export class TextTooLongError extends Error {}

/** Where elements stand: in the array at the root, in an array of the object there, or the root is one itself. */
type Place = 'ARRAY' | 'INNER_ARRAY' | 'ROOT';

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

const isOurs = /^\s*\{\s*"format"\s*:\s*"parlance\.conversations"/;

/** Decides by the beginning of the text; undefined for what is no JSON of conversations. */
export const placeOf = (beginning: Buffer): Place | undefined => {
  const text = beginning.toString('utf8').replace(/^\uFEFF/, '');
  if (isOurs.test(text)) return 'INNER_ARRAY';
  const first = text.trimStart()[0];
  if (first === '[') return 'ARRAY';
  return first === '{' ? 'ROOT' : undefined;
};

/** Reads one byte after the other. */
class ElementScanner {
  readonly #place: Place;
  readonly #bounds: ElementBounds;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** Whether the array of elements has ended. */
  #isOver = false;
  #isOpen = false;
  #parts: Buffer[] = [];
  #length = 0;
  #fault: 'TOO_LONG' | 'TOO_DEEP' | undefined;

  constructor(place: Place, bounds: ElementBounds) {
    this.#place = place;
    this.#bounds = bounds;
  }

  /** Brackets around an element. */
  get #outer(): number {
    return { ROOT: 0, ARRAY: 1, INNER_ARRAY: 2 }[this.#place];
  }

  #take(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > this.#bounds.mostBytes) this.#fault ??= 'TOO_LONG';
    if (this.#fault === undefined) this.#parts.push(piece);
    else this.#parts = [];
  }

  #end(): JsonElement {
    const element = this.#fault ? { fault: this.#fault } : { text: Buffer.concat(this.#parts).toString('utf8') };
    this.#parts = [];
    this.#length = 0;
    this.#fault = undefined;
    this.#isOpen = false;
    return element;
  }

  /** The elements that end in this chunk. */
  *read(chunk: Buffer): Generator<JsonElement> {
    let from = 0;
    for (let at = 0; at < chunk.length && !this.#isOver; at += 1) {
      const byte = chunk[at];
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#inString = false;
      } else if (byte === quote) {
        this.#inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        if (byte === openBrace && this.#depth === this.#outer) {
          this.#isOpen = true;
          from = at;
        }
        this.#depth += 1;
        if (this.#depth - this.#outer > this.#bounds.mostDepth) this.#fault ??= 'TOO_DEEP';
      } else if (byte === closeBrace || byte === closeBracket) {
        this.#depth -= 1;
        if (this.#isOpen && this.#depth === this.#outer) {
          this.#take(chunk.subarray(from, at + 1));
          yield this.#end();
        }
        this.#isOver = this.#depth < this.#outer;
      }
    }
    if (this.#isOpen && !this.#isOver) this.#take(chunk.subarray(from));
  }
}

/** Ends with TextTooLongError beyond the bound of the whole text. */
export async function* jsonElements(
  chunks: AsyncIterable<Buffer>,
  place: Place,
  bounds: ElementBounds,
): AsyncGenerator<JsonElement> {
  const scanner = new ElementScanner(place, bounds);
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > bounds.mostTextBytes) throw new TextTooLongError('the text is too long');
    yield* scanner.read(chunk);
  }
}
