/**
 * Reduces one operation of a document to its canonical form: without its name, the fragments that it does not reach,
 * and everything that is not GraphQL. The canonical form is what is planned, executed and cached, so that operations
 * which differ only in these share a plan. The document must be valid: its fragments have no cycles.
 */
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from './fragments.ts';

export interface CanonicalOperation {
  /** Identifies it in keys. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Number of fields with every fragment expanded. */
  readonly fields: number;
  /** Approximate bytes that it keeps alive. */
  readonly weight: number;
}

/** Bytes of a selection in the tree besides its text: the nodes of its name, alias and arguments. */
const bytesOfSelection = 1500;

/** The fragments in the order in which they are reached. Each is measured once, however often it is spread. */
const reach = (
  { selectionSet }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { readonly reached: readonly FragmentDefinitionNode[]; readonly fields: number; readonly selections: number } => {
  const known = new Map<string, number>();
  const reached: FragmentDefinitionNode[] = [];
  let selections = 0;
  const ofFragment = (name: string): number => {
    const before = known.get(name);
    const fragment = fragments.get(name);
    if (before !== undefined || !fragment) return before ?? 0;
    reached.push(fragment);
    const fields = count(fragment.selectionSet);
    known.set(name, fields);
    return fields;
  };
  const count = (set: SelectionSetNode): number => {
    let fields = 0;
    selections += set.selections.length;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) fields += ofFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) fields += count(selection.selectionSet);
      else fields += 1 + (selection.selectionSet ? count(selection.selectionSet) : 0);
    }
    return Math.min(Number.MAX_SAFE_INTEGER, fields);
  };
  const fields = count(selectionSet);
  return { reached, fields, selections };
};

const made = new WeakMap<OperationDefinitionNode, CanonicalOperation>();

/** Returns the same object for the same operation. */
export const canonicalOperation = (document: DocumentNode, given: OperationDefinitionNode): CanonicalOperation => {
  const known = made.get(given);
  if (known) return known;
  const { reached, fields, selections } = reach(given, fragmentsOf(document.definitions));
  const { name: _name, loc: _loc, ...operation } = given;
  const definitions = [operation, ...reached];
  const text = definitions.map((definition) => print(definition)).join('\n');
  const canonical = {
    hash: createHash('sha256').update(text).digest('base64url'),
    document: { kind: Kind.DOCUMENT as const, definitions },
    operation,
    fragments: fragmentsOf(definitions),
    fields,
    weight: 4 * text.length + bytesOfSelection * selections,
  };
  made.set(given, canonical);
  return canonical;
};
