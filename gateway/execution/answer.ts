/**
 * Makes answers to one operation from merged trees: decides `@skip` and `@include`, answers introspection, projects,
 * and completes values where the projection gives up. Shared by all runs of the operation; what is kept are shapes and
 * projections, one for each set of decisions, and what the schema answered, all in the memory of the schema generation.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { isIncluded } from './decided-document.ts';
import type { DeferredFragment } from './deferred-document.ts';
import type { Place } from './entity-places.ts';
import { createIntrospection, type IntrospectedField } from './introspection.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { anomaly, compileSelection } from './projection.ts';
import { type Refusals, refusalsOf } from './refused-fields.ts';
import { isTree, type ResponseTree, writeOwn } from './response-tree.ts';
import { createSelectionShape, type FieldShape, type SelectionShape } from './selection-shapes.ts';
import { type Completion, completeValues } from './value-completion.ts';

/** Does what takes long without making others wait for it. */
export type InTurn = <Value>(work: () => Value) => Promise<Value>;

export const atOnce: InTurn = async (work) => work();

export type Variables = Readonly<Record<string, unknown>>;
export type IsTrue = (variable: string) => boolean;

export interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLError[];
}

/** What `@skip` and `@include` decide in one run. */
export interface Decision {
  readonly isTrue: IsTrue;
  /** The same for the same decisions. */
  readonly key: string;
}

export interface AnswerMaker {
  /** Coerces the variables; gives a decision, or why there can be none. */
  decide(variables: Variables): Decision | { readonly errors: readonly GraphQLError[] };
  /** What is asked of the schema itself. What was not asked before may take long, and is done in turn. */
  introspect(variables: Variables, decision: Decision, inTurn: InTurn): Promise<readonly IntrospectedField[]>;
  /** @param root is used up. */
  finish(
    root: ResponseTree,
    errors: readonly GraphQLError[],
    introspected: readonly IntrospectedField[],
    decision: Decision,
  ): Result;
  /** What one object gives to a part of its own, which is the part's data. */
  finishPart(part: AnswerPart, errors: readonly GraphQLError[], decision: Decision): Result;
  shapeOf(decision: Decision): SelectionShape;
}

export interface AnswerPart {
  /** Of its fragment. */
  readonly id: string;
  readonly selected: SelectionShape;
  readonly tree: ResponseTree;
  readonly place: Place;
}

const undecided: Decision = { isTrue: () => false, key: '' };

interface CompiledShape {
  readonly shape: SelectionShape;
  readonly project: (root: ResponseTree) => unknown;
  readonly introspected: readonly FieldShape[];
}

interface Variant extends CompiledShape {
  readonly refusals: Refusals;
}

/** What a compiled field takes. */
const bytesOfShape = 500;
/** Of an operation that nobody counted. */
const fieldsByDefault = 20;

const conditionVariables = (document: DocumentNode): readonly string[] => {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
};

export interface AnswerOptions {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Fragments that are left to parts of their own. */
  readonly deferred?: ReadonlyMap<SelectionNode, DeferredFragment>;
  /** Fields of the operation, as if all fragments were spread. */
  readonly fields?: number;
}

const compileShape = (shape: SelectionShape): CompiledShape => ({
  shape,
  project: compileSelection(shape),
  introspected: shape.ofDeclared().fields.filter(({ kind }) => kind === 'introspection'),
});

const errorBelow = (place: Place, { message, path = [], extensions }: GraphQLError): GraphQLError =>
  new GraphQLError(message, { path: [...place, ...path], extensions });

const withErrors = (data: Record<string, unknown> | null, errors: readonly GraphQLError[]): Result =>
  errors.length === 0 ? { data } : { data, errors };

export const createAnswerMaker = (
  options: AnswerOptions,
  { treeKeys, memory }: Pick<PlanEnvironment, 'treeKeys' | 'memory'>,
): AnswerMaker => {
  const { schema, document, operation, deferred, fields = fieldsByDefault } = options;
  const definitions = operation.variableDefinitions ?? [];
  const conditions = conditionVariables(document).filter((name) =>
    definitions.some(({ variable }) => variable.name.value === name),
  );
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new GraphQLError(`The schema has no ${operation.operation}.`);
  const introspection = createIntrospection({ schema, operation, fragments }, memory);
  const variants = memory.open<Variant>();

  const makeVariant = (isTrue: IsTrue): Variant => {
    const decided = new Map(conditions.map((name) => [name, isTrue(name)]));
    const included = (selection: SelectionNode): boolean => isIncluded(selection, (name) => decided.get(name) ?? false);
    const shape = createSelectionShape(rootType, [operation.selectionSet], {
      schema,
      fragments,
      treeKeys,
      isIncluded: included,
      deferred,
    });
    const refusals = refusalsOf({ schema, operation, fragments, isIncluded: included, deferred });
    return { ...compileShape(shape), refusals };
  };
  const variantOf = ({ isTrue, key }: Decision): Variant => {
    let variant = variants.get(key);
    if (!variant) {
      variant = makeVariant(isTrue);
      variants.set(key, variant, fields * bytesOfShape);
    }
    return variant;
  };

  const parts = new WeakMap<SelectionShape, CompiledShape>();

  const complete = (
    { shape, project }: CompiledShape,
    root: ResponseTree,
    errors: readonly GraphQLError[],
    introspected: readonly IntrospectedField[],
    place: Place,
  ): Completion => {
    const all = [...errors];
    for (const { treeKey, value, errors: found } of introspected) {
      writeOwn(root, treeKey, value);
      all.push(...found);
    }
    const span = startSpan('project');
    try {
      const data = project(root);
      return data !== anomaly && isTree(data) ? { data, errors: all } : completeValues(shape, root, all, place);
    } finally {
      span.end();
    }
  };

  const badCondition = (name: string): GraphQLError =>
    new GraphQLError(`Variable "$${name}" decides over a field, so it must be true or false.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    });

  return {
    decide(variables) {
      if (definitions.length === 0) return undecided;
      const { errors, coerced } = getVariableValues(schema, definitions, variables, { maxErrors: 10 });
      if (errors) return { errors };
      const bad = conditions.filter((name) => typeof coerced[name] !== 'boolean');
      if (bad.length > 0) return { errors: bad.map(badCondition) };
      return {
        isTrue: (name) => coerced[name] === true,
        key: conditions.map((name) => (coerced[name] === true ? '1' : '0')).join(''),
      };
    },
    async introspect(variables, decision, inTurn) {
      const { introspected } = variantOf(decision);
      const known = introspected.flatMap((field) => introspection.known(field, variables) ?? []);
      if (known.length === introspected.length) return known;
      return inTurn(() => introspected.map((field) => introspection.answer(field, variables)));
    },
    finish(root, errors, introspected, decision) {
      const variant = variantOf(decision);
      const { data, errors: found } = complete(variant, root, errors, introspected, []);
      return withErrors(data, [...found, ...(variant.refusals.get(undefined) ?? [])]);
    },
    finishPart({ id, selected, tree, place }, errors, decision) {
      let compiled = parts.get(selected);
      if (!compiled) {
        compiled = compileShape(selected);
        parts.set(selected, compiled);
      }
      const { data, errors: found } = complete(compiled, tree, errors, [], place);
      const refused = variantOf(decision).refusals.get(id) ?? [];
      return withErrors(data, [...found, ...refused.map((error) => errorBelow(place, error))]);
    },
    shapeOf: (decision) => variantOf(decision).shape,
  };
};
