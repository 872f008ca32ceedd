/**
 * Reads XML as it is unpacked, by events. Invariant: elements nest at most `maxDepth` deep, entities that a document
 * defines are not expanded, and memory does not grow with the document.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { damaged, ExtractionFault } from './extraction-fault.ts';
import type { ZipArchive } from './zip-archive.ts';

const maxDepth = 1_000;

export interface XmlEvents {
  /** Names have no prefix; attributes have theirs, too. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

const attributesOf = ({ attributes }: SaxesTagPlain): Readonly<Record<string, string>> =>
  // A name without a prefix stays what it is where another has it with one.
  ({ ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [local(name), value])), ...attributes });

const createParser = (events: XmlEvents) => {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  let depth = 0;
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > maxDepth) throw new ExtractionFault('DAMAGED', 'The file nests too deeply.');
    events.open?.(local(tag.name), attributesOf(tag));
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    events.close?.(local(tag.name));
  });
  parser.on('text', (text) => events.text?.(text));
  parser.on('cdata', (text) => events.text?.(text));
  parser.on('error', (fault) => {
    throw damaged(fault);
  });
  return parser;
};

/** False where the archive has no such entry. Throws DAMAGED for what is not well formed. */
export const readXml = async (archive: ZipArchive, name: string, events: XmlEvents): Promise<boolean> => {
  const parser = createParser(events);
  const decoder = new TextDecoder();
  const found = await archive.read(name, (piece) => parser.write(decoder.decode(piece, { stream: true })));
  if (found) parser.write(decoder.decode()).close();
  return found;
};
