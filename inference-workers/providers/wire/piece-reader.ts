/**
 * Divides the body of a response into the pieces that a provider's package may parse, because these packages collect a
 * line or a frame without a bound. Invariant: no event and no frame that is passed on is longer than any that a model
 * writes, so what a package holds is bounded too.
 */
export interface PieceReader {
  /** What may be passed on with these bytes. Throws where an event or a frame is too long. */
  read(bytes: Uint8Array): readonly Uint8Array[];
}

/** Bytes of one event or frame. A token has a few hundred. */
const longestPiece = 1024 * 1024;
const [lineFeed, carriageReturn] = [10, 13];

const tooLong = (what: string): Error =>
  new SyntaxError(`${what} of the response has more than ${longestPiece} bytes.`);

/** For server-sent events: the bytes as they are. */
export const createEventPieces = (): PieceReader => {
  let lineLength = 0;
  let eventLength = 0;
  return {
    read(bytes) {
      for (const byte of bytes) {
        eventLength += 1;
        if (byte === lineFeed) {
          if (lineLength === 0) eventLength = 0;
          lineLength = 0;
        } else if (byte !== carriageReturn) {
          lineLength += 1;
        }
        if (eventLength > longestPiece) throw tooLong('An event');
      }
      return [bytes];
    },
  };
};

/** Bytes of the length in front of a frame, and of the smallest frame: lengths, a checksum of each part, no content. */
const lengthBytes = 4;
const smallestFrame = 16;

/**
 * For Amazon's event stream: each frame begins with its length, and is passed on when it is whole. One that is cut at
 * the end of a response is dropped: without the frame that ends a reply, the reply is not whole.
 */
export const createFramePieces = (): PieceReader => {
  let held: Uint8Array[] = [];
  let heldLength = 0;
  const join = (): Buffer => {
    const all = Buffer.concat(held, heldLength);
    held = [all];
    return all;
  };
  const frameLength = (): number => {
    const [first] = held;
    const start =
      first !== undefined && first.length >= lengthBytes ? Buffer.from(first.buffer, first.byteOffset) : join();
    const length = start.readUInt32BE(0);
    if (length > longestPiece) throw tooLong('A frame');
    if (length < smallestFrame) throw new SyntaxError(`A frame of the response has ${length} bytes.`);
    return length;
  };
  return {
    read(bytes) {
      held.push(bytes);
      heldLength += bytes.length;
      if (heldLength < lengthBytes || heldLength < frameLength()) return [];
      const all = join();
      const frames: Uint8Array[] = [];
      let at = 0;
      while (all.length - at >= lengthBytes) {
        held = [all.subarray(at)];
        const length = frameLength();
        if (all.length - at < length) break;
        frames.push(all.subarray(at, at + length));
        at += length;
      }
      held = [all.subarray(at)];
      heldLength = all.length - at;
      return frames;
    },
  };
};
