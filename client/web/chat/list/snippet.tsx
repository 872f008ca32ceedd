/** A passage of a message with the words that were found. Only `<mark>` counts; everything else in it is text. */

const showPiece = (piece: string, at: number) => (at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece);

export const Snippet = ({ text }: { readonly text: string }) => text.split(/<mark>([\s\S]*?)<\/mark>/).map(showPiece);
