/** Finds the fragment definitions of a document. */
import { type FragmentDefinitionNode, Kind } from 'graphql';

/** The fragments of a document, by name. */
export const fragmentsOf = (
  definitions: readonly { readonly kind: Kind }[],
): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));

const isFragment = (definition: { readonly kind: Kind }): definition is FragmentDefinitionNode =>
  definition.kind === Kind.FRAGMENT_DEFINITION;
