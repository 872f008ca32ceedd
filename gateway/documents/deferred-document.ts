/**
 * Prepares documents with `@defer` for planning. To plan the whole, the directive is removed. To plan in parts, each
 * fragment that is really deferred becomes an inline fragment with a unique label, because a plan identifies its
 * deferred parts by label alone.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { decideDocument, isEmptied } from './decided-document.ts';
import type { DeferredFragment } from './deferred-fragment.ts';
import { fragmentsOf } from './fragments.ts';
import type { IsTrue } from './is-true.ts';

const isDefer = ({ name }: DirectiveNode): boolean => name.value === 'defer';

export const hasDefer = (document: DocumentNode): boolean => {
  let found = false;
  visit(document, {
    Directive(directive) {
      found ||= isDefer(directive);
    },
  });
  return found;
};

/** Returns the same document when it has no `@defer`. */
export const withoutDefer = (document: DocumentNode): DocumentNode =>
  visit(document, { Directive: (directive) => (isDefer(directive) ? null : undefined) });

/**
 * Removes conditions and refused fields from a labelled document. A fragment with nothing left is no longer deferred.
 */
export const decideDeferred = (document: DocumentNode, isTrue: IsTrue): DocumentNode =>
  visit(decideDocument(document, isTrue), {
    InlineFragment: (fragment) => (isEmptied(fragment.selectionSet) ? { ...fragment, directives: [] } : undefined),
  });

/** Names of the variables that decide whether fragments are deferred. */
export const deferVariables = (document: DocumentNode): readonly string[] => {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      if (!isDefer(directive)) return;
      for (const { value } of directive.arguments ?? []) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
    },
  });
  return [...names];
};

export interface LabelledDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly deferred: ReadonlyMap<SelectionNode, DeferredFragment>;
}

/**
 * Where fragments may be deferred. `below` applies to the root fields of a mutation, which run one after the other;
 * `nowhere` applies inside introspection fields.
 */
type Where = 'here' | 'below' | 'nowhere';

/** Fragments deferred in one operation. Those beyond the limit are delivered with what surrounds them. */
const mostFragments = 64;

const labelled = (id: string): DirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'defer' },
  arguments: [
    { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value: id } },
  ],
});

const argumentOf = (directive: DirectiveNode, name: string) =>
  directive.arguments?.find((one) => one.name.value === name)?.value;

/** @returns undefined when nothing is deferred. */
export const labelDefers = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  isTrue: IsTrue,
): LabelledDocument | undefined => {
  const fragments = fragmentsOf(document.definitions);
  const deferred = new Map<SelectionNode, DeferredFragment>();
  let count = 0;

  const isOn = (directive: DirectiveNode): boolean => {
    const condition = argumentOf(directive, 'if');
    if (condition?.kind === Kind.VARIABLE) return isTrue(condition.name.value);
    return condition?.kind !== Kind.BOOLEAN || condition.value;
  };
  const reaching = new Map<string, boolean>();
  /** Whether a fragment defers anything. If it does, it cannot stay a definition that several spreads share. */
  const reaches = (name: string): boolean => {
    const known = reaching.get(name);
    if (known !== undefined) return known;
    let found = false;
    const fragment = fragments.get(name);
    if (fragment) {
      visit(fragment, {
        Directive(directive) {
          found ||= isDefer(directive);
        },
        FragmentSpread(spread) {
          found ||= reaches(spread.name.value);
        },
      });
    }
    reaching.set(name, found);
    return found;
  };

  const label = (fragment: InlineFragmentNode, mayDefer: Where): InlineFragmentNode => {
    const given = fragment.directives ?? [];
    const directive = given.find(isDefer);
    const others = given.filter((one) => one !== directive);
    const isDeferred = directive !== undefined && mayDefer === 'here' && isOn(directive) && count < mostFragments;
    if (!isDeferred) return { ...fragment, directives: others, selectionSet: inside(fragment.selectionSet, mayDefer) };
    const own = argumentOf(directive, 'label');
    const id = `part${count}`;
    count += 1;
    const made = {
      ...fragment,
      directives: [...others, labelled(id)],
      selectionSet: inside(fragment.selectionSet, 'here'),
    };
    deferred.set(made, { id, label: own?.kind === Kind.STRING ? own.value : undefined });
    return made;
  };
  const inlined = (spread: FragmentSpreadNode, mayDefer: Where): SelectionNode => {
    const fragment = fragments.get(spread.name.value);
    const isPlain = !spread.directives?.some(isDefer) && !reaches(spread.name.value);
    if (!fragment || isPlain) return spread;
    const { typeCondition, selectionSet } = fragment;
    const inline: InlineFragmentNode = { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet };
    return label({ ...inline, directives: spread.directives ?? [] }, mayDefer);
  };
  const inside = (set: SelectionSetNode, mayDefer: Where): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return label(selection, mayDefer);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return inlined(selection, mayDefer);
      if (!selection.selectionSet) return selection;
      const below = mayDefer === 'nowhere' || selection.name.value.startsWith('__') ? 'nowhere' : 'here';
      return { ...selection, selectionSet: inside(selection.selectionSet, below) };
    }),
  });

  const selectionSet = inside(
    operation.selectionSet,
    operation.operation === OperationTypeNode.QUERY ? 'here' : 'below',
  );
  if (deferred.size === 0) return undefined;
  const made = { ...operation, selectionSet };
  const kept = [...fragments.values()].filter(({ name }) => !reaches(name.value));
  return { document: { kind: Kind.DOCUMENT, definitions: [made, ...kept] }, operation: made, deferred };
};
