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

/** What the phrases that end at a node stand for, by whether their last word must end there too. */
interface Ends<Value> {
  readonly whole: Value[];
  readonly begun: Value[];
}

/** Nodes as numbers from 1, because a map for each node takes ten times the memory. 0 is no node. */
interface Trie<Value> {
  /** The root has many children, unlike any other node. */
  readonly roots: Map<number, number>;
  /** The character that leads to a node. */
  readonly units: Uint16Array;
  readonly firstChildren: Uint32Array;
  readonly nextSiblings: Uint32Array;
  readonly ends: (Ends<Value> | undefined)[];
}

/** @param most nodes that it will have */
const createTrie = <Value>(most: number): Trie<Value> => ({
  roots: new Map(),
  units: new Uint16Array(most + 1),
  firstChildren: new Uint32Array(most + 1),
  nextSiblings: new Uint32Array(most + 1),
  ends: [undefined],
});

/** The node behind a character, or 0. */
const follow = <Value>({ firstChildren, nextSiblings, units }: Trie<Value>, node: number, unit: number): number => {
  let child = firstChildren[node] ?? 0;
  while (child !== 0 && units[child] !== unit) child = nextSiblings[child] ?? 0;
  return child;
};

const addNode = <Value>(trie: Trie<Value>, parent: number, unit: number): number => {
  const node = trie.ends.push(undefined) - 1;
  trie.units[node] = unit;
  if (parent === 0) {
    trie.roots.set(unit, node);
  } else {
    trie.nextSiblings[node] = trie.firstChildren[parent] ?? 0;
    trie.firstChildren[parent] = node;
  }
  return node;
};

/** What ends at the end of a path, which is made. */
const extend = <Value>(trie: Trie<Value>, path: string): Ends<Value> => {
  let node = 0;
  for (let index = 0; index < path.length; index += 1) {
    const unit = path.charCodeAt(index);
    const next = node === 0 ? (trie.roots.get(unit) ?? 0) : follow(trie, node, unit);
    node = next === 0 ? addNode(trie, node, unit) : next;
  }
  const ends = trie.ends[node] ?? { whole: [], begun: [] };
  trie.ends[node] = ends;
  return ends;
};

const walk = <Value>(trie: Trie<Value>, words: string, start: number, found: Found<Value>): number => {
  let node = trie.roots.get(words.charCodeAt(start)) ?? 0;
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
  const folded = [...phrases].map(([phrase, value]) => ({ phrase, value, path: foldWords(phrase).trim() }));
  const most = folded.reduce((sum, { path }) => sum + path.length, 0);
  const [wordTrie, textTrie] = [createTrie<Value>(most), createTrie<Value>(most)];
  for (const { phrase, value, path } of folded) {
    if (path === '') continue;
    const isUnspaced = unspaced.test(phrase);
    const ends = extend(isUnspaced || phrase.startsWith('*') ? textTrie : wordTrie, path);
    (isUnspaced || phrase.endsWith('*') ? ends.begun : ends.whole).push(value);
  }
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
