/**
 * Matches texts with patterns of JSON Schemas, which foreign people write, in time linear in the text. A pattern
 * becomes an automaton of which all states advance together, so it never backtracks, whatever it looks like.
 * Invariants: a pattern matches exactly what `new RegExp(pattern, 'u').test` matches; what an automaton cannot do
 * (look-around, back references, word boundaries) is refused, and so is a pattern with too many states.
 */

/** Reports work: the number of states that were looked at. May throw to end it. */
export type Spend = (steps: number) => void;

/** Whether the text has a match. */
export type LinearPattern = (text: string, spend?: Spend) => boolean;

/** Of a pattern that is too large, not valid, or needs what is not supported. The message continues "the pattern". */
export class PatternFault extends Error {}

type IsMember = (character: string) => boolean;
type State =
  | { readonly kind: 'character'; readonly isMember: IsMember; next: number }
  | { readonly kind: 'fork'; readonly targets: number[] }
  | { readonly kind: 'start' | 'end'; next: number }
  | { readonly kind: 'match' };

type Node =
  | { readonly kind: 'character'; readonly isMember: IsMember }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

const maxPatternCharacters = 1_000;
const maxStates = 2_000;
const maxLevels = 32;

const atomPattern =
  /\[(?:[^\]\\]|\\.)*\]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[a-zA-Z]|\\[pP]\{[^}]*\}|\\.|./suy;
const repeatPattern = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
const groupPattern = /\((?:\?:|\?<[^=!>]+>)?/y;

/** The engine's own test of one character decides what an atom means. */
const memberTest = (atom: string): IsMember => {
  if (!/[\\[.]/.test(atom)) return (character) => character === atom;
  const test = new RegExp(`^${atom}$`, 'u');
  return (character) => test.test(character);
};

const parsePattern = (pattern: string): Node => {
  let at = 0;
  let level = 0;
  const take = (expression: RegExp): RegExpExecArray | undefined => {
    expression.lastIndex = at;
    const found = expression.exec(pattern) ?? undefined;
    if (found !== undefined) at += found[0].length;
    return found;
  };
  const atom = (): Node => {
    if (pattern[at] === '(') {
      const opening = take(groupPattern);
      if (opening?.[0] === '(' && pattern[at] === '?') throw new PatternFault('looks around, which is not supported');
      level += 1;
      if (level > maxLevels) throw new PatternFault('has groups that nest too deep');
      const inner = choice();
      level -= 1;
      at += 1;
      return inner;
    }
    const text = take(atomPattern)?.[0] ?? '';
    if (text === '^') return { kind: 'start' };
    if (text === '$') return { kind: 'end' };
    if (/^\\(?:[1-9k]|[bB]$)/.test(text)) {
      throw new PatternFault('has a back reference or a word boundary, which are not supported');
    }
    return { kind: 'character', isMember: memberTest(text) };
  };
  const repeated = (): Node => {
    const part = atom();
    const found = take(repeatPattern);
    if (found === undefined) return part;
    const [, sign, least = '0', comma, most] = found;
    if (sign !== undefined) {
      return { kind: 'repeat', part, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    const atLeast = Number(least);
    const atMost = comma === undefined ? atLeast : most ? Number(most) : Number.POSITIVE_INFINITY;
    return { kind: 'repeat', part, least: atLeast, most: atMost };
  };
  const sequence = (): Node => {
    const parts: Node[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') parts.push(repeated());
    return { kind: 'sequence', parts };
  };
  const choice = (): Node => {
    const parts = [sequence()];
    while (pattern[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    return { kind: 'choice', parts };
  };
  return choice();
};

/** Adds the states of a node before the state `next`; returns the first of them. */
const compileNode = (states: State[], node: Node, next: number): number => {
  const add = (state: State): number => {
    if (states.length >= maxStates) throw new PatternFault('is too large: repeat less');
    return states.push(state) - 1;
  };
  switch (node.kind) {
    case 'character':
      return add({ kind: 'character', isMember: node.isMember, next });
    case 'start':
    case 'end':
      return add({ kind: node.kind, next });
    case 'sequence':
      return node.parts.reduceRight((following, part) => compileNode(states, part, following), next);
    case 'choice': {
      const fork = add({ kind: 'fork', targets: [] });
      const targets = node.parts.map((part) => compileNode(states, part, next));
      states[fork] = { kind: 'fork', targets };
      return fork;
    }
    case 'repeat': {
      const { part, least, most } = node;
      let following = next;
      if (most === Number.POSITIVE_INFINITY) {
        const fork = add({ kind: 'fork', targets: [] });
        states[fork] = { kind: 'fork', targets: [compileNode(states, part, fork), next] };
        following = fork;
      } else {
        for (let index = least; index < most; index += 1) {
          following = add({ kind: 'fork', targets: [compileNode(states, part, following), next] });
        }
      }
      for (let index = 0; index < least; index += 1) following = compileNode(states, part, following);
      return following;
    }
  }
};

/** Throws a PatternFault. */
export const compilePattern = (pattern: string): LinearPattern => {
  if (pattern.length > maxPatternCharacters) {
    throw new PatternFault(`has more than ${maxPatternCharacters} characters`);
  }
  try {
    new RegExp(pattern, 'u');
  } catch (cause) {
    throw new PatternFault('is not a valid regular expression', { cause });
  }
  const states: State[] = [{ kind: 'match' }];
  const first = compileNode(states, parsePattern(pattern), 0);

  return (text, spend = () => undefined) => {
    /** The states that wait for a character, and the position at which each state was added last. */
    let waiting: number[] = [];
    const addedAt = new Int32Array(states.length).fill(-1);
    let position = 0;
    let matched = false;
    const enter = (from: number, isEnd: boolean, into: number[]): void => {
      const stack = [from];
      for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
        if (addedAt[index] === position) continue;
        addedAt[index] = position;
        const state = states[index];
        if (state === undefined) continue;
        if (state.kind === 'match') matched = true;
        else if (state.kind === 'fork') stack.push(...state.targets);
        else if (state.kind === 'character') into.push(index);
        else if (state.kind === 'start' ? position === 0 : isEnd) stack.push(state.next);
      }
    };
    const length = text.length;
    enter(first, length === 0, waiting);
    for (const character of text) {
      if (matched) return true;
      spend(waiting.length + 1);
      position += character.length;
      const isEnd = position === length;
      const next: number[] = [];
      for (const index of waiting) {
        const state = states[index];
        if (state?.kind === 'character' && state.isMember(character)) enter(state.next, isEnd, next);
      }
      enter(first, isEnd, next);
      waiting = next;
    }
    return matched;
  };
};
