/**
 * Finds many phrases in one walk over a text. Invariant: the work is at most the length of the text times that of the
 * longest phrase, whatever the text is.
 *
 * Phrases are folded as `foldWords` does. "prove" is a whole word, "beweis*" the beginning of one, "*rechnung" the end
 * of one, "*rechnung*" any part. Phrases of scripts that put no spaces between words are found anywhere.
 */
import { foldWords } from './bounded-text.ts';

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const space = 0x20;

type Found<Value> = (value: Value, start: number) => void;

export interface PhraseTrie<Value> {
  /**
   * Calls `found` for each phrase at each place of `words`, which come from `foldWords`, with where it begins.
   *
   * @returns how many characters it looked at
   */
  readonly find: (words: string, found: Found<Value>) => number;
}

/** While the trie is built. */
interface Node<Value> {
  readonly next: Map<number, Node<Value>>;
  /** What the phrases that end here stand for, by whether their last word must end here too. */
  readonly whole: Value[];
  readonly begun: Value[];
}

const createNode = <Value>(): Node<Value> => ({ next: new Map(), whole: [], begun: [] });

/** The node at the end of a path, which is made. */
const extend = <Value>(root: Node<Value>, path: string): Node<Value> => {
  let node = root;
  for (let index = 0; index < path.length; index += 1) {
    const unit = path.charCodeAt(index);
    const next = node.next.get(unit) ?? createNode<Value>();
    node.next.set(unit, next);
    node = next;
  }
  return node;
};

/**
 * Nodes as numbers, in the order in which they are met, and their edges in a row: a map for each node takes ten times
 * the memory.
 */
const flatten = <Value>(root: Node<Value>) => {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.next.values());
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const edges = nodes.flatMap((node) => [...node.next]);
  const ends = nodes.map(({ whole, begun }) => (whole.length + begun.length > 0 ? { whole, begun } : undefined));
  const firstEdges = new Uint32Array(nodes.length + 1);
  nodes.forEach((node, index) => {
    firstEdges[index + 1] = (firstEdges[index] ?? 0) + node.next.size;
  });
  return {
    /** The edges of the root, which has many. */
    rootEdges: new Map([...root.next].map(([unit, node]) => [unit, numbers.get(node) ?? 0])),
    /** The edges of node n are those from `firstEdges[n]` to before `firstEdges[n + 1]`. */
    firstEdges,
    units: Uint16Array.from(edges, ([unit]) => unit),
    targets: Uint32Array.from(edges, ([, node]) => numbers.get(node) ?? 0),
    ends,
  };
};
type FlatTrie<Value> = ReturnType<typeof flatten<Value>>;

/** The node behind an edge, or 0, which is the root and behind none. */
const follow = <Value>({ firstEdges, units, targets }: FlatTrie<Value>, node: number, unit: number): number => {
  const end = firstEdges[node + 1] ?? 0;
  for (let edge = firstEdges[node] ?? 0; edge < end; edge += 1) if (units[edge] === unit) return targets[edge] ?? 0;
  return 0;
};

const walk = <Value>(trie: FlatTrie<Value>, words: string, start: number, found: Found<Value>): number => {
  let node = trie.rootEdges.get(words.charCodeAt(start)) ?? 0;
  let index = start;
  while (node !== 0) {
    const end = trie.ends[node];
    if (end !== undefined) {
      for (const value of end.begun) found(value, start);
      if (words.charCodeAt(index + 1) === space) for (const value of end.whole) found(value, start);
    }
    index += 1;
    node = follow(trie, node, words.charCodeAt(index));
  }
  return index - start + 1;
};

/** @param phrases phrase -> what it stands for */
export const createPhraseTrie = <Value>(phrases: Iterable<readonly [string, Value]>): PhraseTrie<Value> => {
  const atWordStart = createNode<Value>();
  const anywhere = createNode<Value>();
  for (const [phrase, value] of phrases) {
    const isUnspaced = unspaced.test(phrase);
    const end = extend(isUnspaced || phrase.startsWith('*') ? anywhere : atWordStart, foldWords(phrase).trim());
    (isUnspaced || phrase.endsWith('*') ? end.begun : end.whole).push(value);
  }
  const [wordTrie, textTrie] = [flatten(atWordStart), flatten(anywhere)];
  return {
    find: (words, found) => {
      let work = 0;
      for (let start = 1; start < words.length; start += 1) {
        if (words.charCodeAt(start - 1) === space) work += walk(wordTrie, words, start, found);
        work += walk(textTrie, words, start, found);
      }
      return work;
    },
  };
};
