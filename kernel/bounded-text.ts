/** Reads the body of a response whose sender is not trusted with the memory of this process. */

/**
 * The text of the body.
 * @param most bytes that are read
 * @param tooLong makes the fault for a longer one, which is not read to its end
 */
export const readBoundedText = async (response: Response, most: number, tooLong: () => Error): Promise<string> => {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > most) throw tooLong();
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
};
