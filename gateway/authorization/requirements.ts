/**
 * The access requirements that a supergraph declares with `@authenticated`, `@requiresScopes` and `@policy`, and
 * whether a user meets them. A field has the requirements declared on itself, on its type and on the type that it
 * returns. A field of an interface has those of all types that implement it, because the type of an object is unknown
 * before it is fetched.
 */
import {
  baseType,
  type FieldDefinition,
  type InterfaceType,
  isInterfaceType,
  isObjectType,
  type NamedType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import { type ReadDirective, readerOf } from '../directives/applied-directives.ts';

/** Sets of names, one of which must be met in full. */
type Alternatives = readonly (readonly string[])[];

export interface Requirement {
  /** Equal for equal requirements. */
  readonly key: string;
  /** Scopes or policies; undefined where a token is enough. */
  readonly scopes?: Alternatives;
  readonly policies?: Alternatives;
}

/** By schema coordinate, `Type.field`; only fields with requirements. */
export type Requirements = ReadonlyMap<string, readonly Requirement[]>;

/** A policy is granted by a scope or a role of exactly its name. A user without a sign-in meets nothing. */
export const isMet = ({ scopes, policies }: Requirement, user: AuthenticatedUser | undefined): boolean => {
  if (!user || user.isAnonymous === true) return false;
  const { identity } = user;
  const holds = (names: readonly string[]): boolean => names.every((name) => identity.scopes.includes(name));
  const grants = (names: readonly string[]): boolean =>
    names.every((name) => identity.scopes.includes(name) || identity.roles.some((role) => role === name));
  return (scopes?.some(holds) ?? true) && (policies?.some(grants) ?? true);
};

const alternativesOf = (value: unknown): Alternatives =>
  Array.isArray(value) ? value.map((set: unknown) => (Array.isArray(set) ? set.map(String) : [])) : [];

const specification = 'https://specs.apollo.dev';
const nothing: ReadDirective = () => undefined;

/** Undefined when the supergraph restricts nothing. */
export const readRequirements = (schema: Schema): Requirements | undefined => {
  const reader = (name: string): ReadDirective => readerOf(schema, `${specification}/${name}`, name) ?? nothing;
  const [authenticatedAt, scopesAt, policiesAt] = [reader('authenticated'), reader('requiresScopes'), reader('policy')];

  const requirementsAt = (element: NamedType | FieldDefinition<ObjectType | InterfaceType>): readonly Requirement[] => {
    const found: Requirement[] = [];
    if (authenticatedAt(element)) found.push({ key: 'authenticated' });
    const scopes = scopesAt(element)?.['scopes'];
    if (scopes !== undefined) found.push({ key: `scopes ${JSON.stringify(scopes)}`, scopes: alternativesOf(scopes) });
    const policies = policiesAt(element)?.['policies'];
    if (policies !== undefined) {
      found.push({ key: `policies ${JSON.stringify(policies)}`, policies: alternativesOf(policies) });
    }
    return found;
  };

  const requirementsOf = (type: ObjectType | InterfaceType, name: string): readonly Requirement[] => {
    const field = type.field(name);
    const returned = field?.type && baseType(field.type);
    const own = [type, field, returned].flatMap((element) => (element ? requirementsAt(element) : []));
    if (!isInterfaceType(type)) return own;
    return [...own, ...type.possibleRuntimeTypes().flatMap((implementation) => requirementsOf(implementation, name))];
  };

  const requirements = new Map<string, readonly Requirement[]>();
  for (const type of schema.types()) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of type.fields()) {
      const unique = new Map(requirementsOf(type, field.name).map((one) => [one.key, one]));
      if (unique.size > 0) requirements.set(`${type.name}.${field.name}`, [...unique.values()]);
    }
  }
  return requirements.size > 0 ? requirements : undefined;
};
