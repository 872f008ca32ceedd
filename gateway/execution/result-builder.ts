/**
 * Builds the results of one operation from merged trees: coerces variables, decides `@skip` and `@include`, executes
 * introspection, projects the tree, and completes values where the projection gives up. All runs of the operation share
 * it. It keeps shapes and projections (one for each set of decisions) and introspection results, all in the memory of
 * the schema generation.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { isIncluded } from '../documents/decided-document.ts';
import type { DeferredFragment } from '../documents/deferred-fragment.ts';
import { fragmentsOf } from '../documents/fragments.ts';
import type { IsTrue } from '../documents/is-true.ts';
import { type Refusals, refusalsOf } from '../documents/refused-fields.ts';
import type { ResultPath } from './entity-paths.ts';
import { createIntrospection, type IntrospectedField } from './introspection.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { anomaly, compileSelection } from './projection.ts';
import { isTree, type ResponseTree, writeOwn } from './response-tree.ts';
import { createSelectionShape, type FieldShape, type SelectionShape } from './selection-shapes.ts';
import { type Completion, completeValues } from './value-completion.ts';

/** Schedules work that may take long, so that it does not hold up other users. */
export type RunFairly = <Value>(work: () => Value) => Promise<Value>;

export const runImmediately: RunFairly = async (work) => work();

export type Variables = Readonly<Record<string, unknown>>;

export interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLError[];
}

/** The outcome of every `@skip` and `@include` in one execution. */
export interface Decision {
  readonly isTrue: IsTrue;
  /** Equal for equal decisions. */
  readonly key: string;
}

export interface ResultBuilder {
  /** Coerces the variables. Returns a decision, or the errors that prevent one. */
  decide(variables: Variables): Decision | { readonly errors: readonly GraphQLError[] };
  /** The introspection fields. A field that is not cached may take long, so it is executed through `runFairly`. */
  introspect(variables: Variables, decision: Decision, runFairly: RunFairly): Promise<readonly IntrospectedField[]>;
  /** @param root is consumed. */
  finish(
    root: ResponseTree,
    errors: readonly GraphQLError[],
    introspected: readonly IntrospectedField[],
    decision: Decision,
  ): Result;
  /** Builds the data of one deferred part, whose root is one object of the tree. */
  finishPart(part: DeferredPart, errors: readonly GraphQLError[], decision: Decision): Result;
  shapeOf(decision: Decision): SelectionShape;
}

export interface DeferredPart {
  /** Id of the fragment. */
  readonly id: string;
  readonly selected: SelectionShape;
  readonly tree: ResponseTree;
  readonly path: ResultPath;
}

const undecided: Decision = { isTrue: () => false, key: '' };

interface CompiledShape {
  readonly shape: SelectionShape;
  readonly project: (root: ResponseTree) => unknown;
  readonly introspected: readonly FieldShape[];
}

/** What was collected for a result besides its tree. */
interface Collected {
  readonly errors: readonly GraphQLError[];
  readonly introspected?: readonly IntrospectedField[];
  /** The path of the tree in the result, when it is a part. */
  readonly path?: ResultPath;
}

interface Variant extends CompiledShape {
  readonly refusals: Refusals;
}

/** Bytes that a compiled field occupies. */
const bytesOfShape = 500;
/** Assumed for an operation whose fields were not counted. */
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

export interface ResultOptions {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Fragments that are delivered in parts of their own. */
  readonly deferred?: ReadonlyMap<SelectionNode, DeferredFragment>;
  /** Number of fields in the operation with every fragment expanded. */
  readonly fields?: number;
}

const compileShape = (shape: SelectionShape): CompiledShape => ({
  shape,
  project: compileSelection(shape),
  introspected: shape.ofDeclared().fields.filter(({ kind }) => kind === 'introspection'),
});

const errorBelow = (base: ResultPath, { message, path = [], extensions }: GraphQLError): GraphQLError =>
  new GraphQLError(message, { path: [...base, ...path], extensions });

const withErrors = (data: Record<string, unknown> | null, errors: readonly GraphQLError[]): Result =>
  errors.length === 0 ? { data } : { data, errors };

const complete = (
  { shape, project }: CompiledShape,
  root: ResponseTree,
  { errors, introspected = [], path = [] }: Collected,
): Completion => {
  const all = [...errors];
  for (const { plannedKey, value, errors: found } of introspected) {
    writeOwn(root, plannedKey, value);
    all.push(...found);
  }
  const span = startSpan('project');
  try {
    const data = project(root);
    return data !== anomaly && isTree(data) ? { data, errors: all } : completeValues(shape, root, all, path);
  } finally {
    span.end();
  }
};

const badCondition = (name: string): GraphQLError =>
  new GraphQLError(`Variable "$${name}" decides whether a field is included, so it must be true or false.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });

export const createResultBuilder = (
  options: ResultOptions,
  { plannedKeys, memory }: Pick<PlanEnvironment, 'plannedKeys' | 'memory'>,
): ResultBuilder => {
  const { schema, document, operation, deferred, fields = fieldsByDefault } = options;
  const definitions = operation.variableDefinitions ?? [];
  const conditions = conditionVariables(document).filter((name) =>
    definitions.some(({ variable }) => variable.name.value === name),
  );
  const fragments = fragmentsOf(document.definitions);
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
      plannedKeys,
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
    async introspect(variables, decision, runFairly) {
      const { introspected } = variantOf(decision);
      const known = introspected.flatMap((field) => introspection.known(field, variables) ?? []);
      if (known.length === introspected.length) return known;
      return runFairly(() => introspected.map((field) => introspection.resolve(field, variables)));
    },
    finish(root, errors, introspected, decision) {
      const variant = variantOf(decision);
      const { data, errors: found } = complete(variant, root, { errors, introspected });
      return withErrors(data, [...found, ...(variant.refusals.get(undefined) ?? [])]);
    },
    finishPart({ id, selected, tree, path }, errors, decision) {
      let compiled = parts.get(selected);
      if (!compiled) {
        compiled = compileShape(selected);
        parts.set(selected, compiled);
      }
      const { data, errors: found } = complete(compiled, tree, { errors, path });
      const refused = variantOf(decision).refusals.get(id) ?? [];
      return withErrors(data, [...found, ...refused.map((error) => errorBelow(path, error))]);
    },
    shapeOf: (decision) => variantOf(decision).shape,
  };
};
