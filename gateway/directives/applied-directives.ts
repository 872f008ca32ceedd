/**
 * Reads the directives of a specification that a supergraph links. The link determines their names in the schema:
 * imported, renamed, or under the prefix of the specification.
 */
import type { Schema } from '@apollo/federation-internals';

type Arguments = Readonly<Record<string, unknown>>;
interface Element {
  appliedDirectivesOf(name: string): readonly { arguments(): Arguments }[];
}

/** Arguments of the directive on an element, with their values as plain JSON; undefined where it is not applied. */
export type ReadDirective = (element: Element) => Arguments | undefined;

/**
 * A reader of one directive; undefined when the supergraph does not link its specification.
 * @param identity the URL of the specification without its version.
 * @param name in the specification, without `@`.
 */
export const readerOf = (schema: Schema, identity: string, name: string): ReadDirective | undefined => {
  const feature = schema.coreFeatures?.getByIdentity(identity);
  if (!feature) return undefined;
  const nameInSchema = feature.directiveNameInSchema(name);
  return (element) => {
    const [applied] = element.appliedDirectivesOf(nameInSchema);
    return applied?.arguments();
  };
};
