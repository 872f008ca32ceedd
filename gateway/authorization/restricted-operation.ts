/**
 * Restricts operations to what their users may read: refused fields are marked, so that they are not planned, and are
 * null in the result. Decisions are cached per outcome, never per user: two users who may read the same fields of an
 * operation share its document and its plan.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { CanonicalOperation } from '../documents/canonical-operation.ts';
import { refuse } from '../documents/refused-fields.ts';
import type { WeighedCache, WeighedMemory } from '../memory/weighed-memory.ts';
import { isMet, type Requirement, type Requirements } from './requirements.ts';

export interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

export interface RestrictedOperation extends Operation {
  /** Identifies the outcome in keys; empty when nothing is refused. */
  readonly key: string;
}

export type RestrictOperation = (
  operation: CanonicalOperation,
  user: AuthenticatedUser | undefined,
) => RestrictedOperation;

interface Guarded {
  readonly needs: ReadonlyMap<FieldNode, readonly Requirement[]>;
  /** The requirements of all its fields. */
  readonly requirements: readonly Requirement[];
  readonly outcomes: WeighedCache<RestrictedOperation>;
}

export const createOperationRestriction = (
  schema: GraphQLSchema,
  requirements: Requirements | undefined,
  memory: WeighedMemory,
): RestrictOperation => {
  if (!requirements) return ({ document, operation }) => ({ document, operation, key: '' });
  const known = memory.open<Guarded>();

  const guard = ({ document, operation }: Operation): Guarded => {
    const needs = new Map<FieldNode, readonly Requirement[]>();
    const unique = new Map<string, Requirement>();
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        OperationDefinition: (node) => (node === operation ? undefined : false),
        Field(node) {
          const needed = requirements.get(`${types.getParentType()?.name}.${node.name.value}`);
          if (!needed) return;
          needs.set(node, needed);
          for (const one of needed) unique.set(one.key, one);
        },
      }),
    );
    return { needs, requirements: [...unique.values()], outcomes: memory.open() };
  };

  const restrict = ({ needs }: Guarded, { document, operation }: Operation, unmet: ReadonlySet<string>) => {
    const restricted: DocumentNode = visit(document, {
      Field: (node) => (needs.get(node)?.some(({ key }) => unmet.has(key)) ? refuse(node) : undefined),
    });
    const at = document.definitions.indexOf(operation);
    const own = restricted.definitions[at];
    return { document: restricted, operation: own?.kind === Kind.OPERATION_DEFINITION ? own : operation };
  };

  return (canonical, user) => {
    const { hash, document, operation, weight } = canonical;
    let guarded = known.get(hash);
    if (!guarded) {
      guarded = guard(canonical);
      known.set(hash, guarded, weight);
    }
    const unmet = guarded.requirements.filter((requirement) => !isMet(requirement, user)).map((one) => one.key);
    if (unmet.length === 0) return { document, operation, key: '' };
    const outcome = JSON.stringify(unmet);
    const remembered = guarded.outcomes.get(outcome);
    if (remembered) return remembered;
    const restricted = { ...restrict(guarded, canonical, new Set(unmet)), key: outcome };
    guarded.outcomes.set(outcome, restricted, weight);
    return restricted;
  };
};
