/**
 * Operations as their users may run them: fields that somebody may not have are marked as refused, so that they are not
 * planned, and null in the answer. What is decided is remembered for each outcome, never for each user: two users who
 * may have the same fields of an operation share its document and its plan.
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
import { LRUCache } from 'lru-cache';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import { refuse } from '../execution/refused-fields.ts';
import { isMet, type Requirement, type Requirements } from './requirements.ts';

export interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

export interface RestrictedOperation extends Operation {
  /** Stands for the outcome in keys; empty when nothing is refused. */
  readonly key: string;
}

/** @param key stands for the operation and its document. */
export type RestrictOperation = (
  key: string,
  operation: Operation,
  user: AuthenticatedUser | undefined,
) => RestrictedOperation;

/** Operations remembered per schema generation, and outcomes of each, least recently used first out. */
const rememberedOperations = 1000;
const rememberedOutcomes = 32;

interface Guarded {
  readonly needs: ReadonlyMap<FieldNode, readonly Requirement[]>;
  /** All that any of its fields needs. */
  readonly requirements: readonly Requirement[];
  readonly outcomes: LRUCache<string, RestrictedOperation>;
}

export const createOperationRestriction = (
  schema: GraphQLSchema,
  requirements: Requirements | undefined,
): RestrictOperation => {
  if (!requirements) return (_, operation) => ({ ...operation, key: '' });
  const known = new LRUCache<string, Guarded>({ max: rememberedOperations });

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
    return { needs, requirements: [...unique.values()], outcomes: new LRUCache({ max: rememberedOutcomes }) };
  };

  const restrict = ({ needs }: Guarded, { document, operation }: Operation, unmet: ReadonlySet<string>) => {
    const restricted: DocumentNode = visit(document, {
      Field: (node) => (needs.get(node)?.some(({ key }) => unmet.has(key)) ? refuse(node) : undefined),
    });
    const at = document.definitions.indexOf(operation);
    const own = restricted.definitions[at];
    return { document: restricted, operation: own?.kind === Kind.OPERATION_DEFINITION ? own : operation };
  };

  return (key, operation, user) => {
    let guarded = known.get(key);
    if (!guarded) {
      guarded = guard(operation);
      known.set(key, guarded);
    }
    const unmet = guarded.requirements.filter((requirement) => !isMet(requirement, user)).map((one) => one.key);
    if (unmet.length === 0) return { ...operation, key: '' };
    const outcome = JSON.stringify(unmet);
    const remembered = guarded.outcomes.get(outcome);
    if (remembered) return remembered;
    const restricted = { ...restrict(guarded, operation, new Set(unmet)), key: outcome };
    guarded.outcomes.set(outcome, restricted);
    return restricted;
  };
};
