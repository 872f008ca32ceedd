/**
 * Finds many phrases in one walk over a text. Invariant: the work is at most the length of the text times that of the
 * longest phrase, whatever the text is.
 *
 * Phrases are folded as `foldWords` does. "prove" is a whole word, "beweis*" the beginning of one, "*rechnung*" any
 * part of one. Phrases of scripts that put no spaces between words are found anywhere.
 */
import { foldWords } from './bounded-text.ts';

interface Node<Value> {
  readonly next: Map<number, Node<Value>>;
  /** What phrases that end here stand for, by whether their last word must end here too. */
  readonly whole: Value[];
  readonly begun: Value[];
}

const createNode = <Value>(): Node<Value> => ({ next: new Map(), whole: [], begun: [] });

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const space = 0x20;

type Found<Value> = (value: Value, start: number) => void;

export interface PhraseTrie<Value> {
  /** Calls `found` for each phrase at each place of `words`, which come from `foldWords`, with where it begins. */
  readonly find: (words: string, found: Found<Value>) => void;
}

/** @param phrases phrase -> what it stands for */
export const createPhraseTrie = <Value>(phrases: Iterable<readonly [string, Value]>): PhraseTrie<Value> => {
  const atWordStart = createNode<Value>();
  const anywhere = createNode<Value>();
  for (const [phrase, value] of phrases) {
    const isUnspaced = unspaced.test(phrase);
    const words = foldWords(phrase).trim();
    let node = isUnspaced || phrase.startsWith('*') ? anywhere : atWordStart;
    for (let index = 0; index < words.length; index += 1) {
      const unit = words.charCodeAt(index);
      let next = node.next.get(unit);
      if (next === undefined) {
        next = createNode();
        node.next.set(unit, next);
      }
      node = next;
    }
    (isUnspaced || phrase.endsWith('*') ? node.begun : node.whole).push(value);
  }
  const walk = (root: Node<Value>, words: string, start: number, found: Found<Value>): void => {
    let node: Node<Value> | undefined = root;
    for (let index = start; index < words.length; index += 1) {
      const unit = words.charCodeAt(index);
      node = node.next.get(unit);
      if (node === undefined) return;
      for (const value of node.begun) found(value, start);
      if (node.whole.length > 0 && words.charCodeAt(index + 1) === space)
        for (const value of node.whole) found(value, start);
    }
  };
  return {
    find: (words, found) => {
      for (let start = 1; start < words.length; start += 1) {
        if (words.charCodeAt(start - 1) === space) walk(atWordStart, words, start, found);
        walk(anywhere, words, start, found);
      }
    },
  };
};
