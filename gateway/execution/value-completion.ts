/**
 * Completes the merged tree to a result with errors, as the specification defines it: a value that does not fit its
 * type becomes null with an error, and a null in a non-nullable field propagates to the nearest nullable parent. It is
 * slower than the projection and runs only where that gave up. A null that a fetch's error already explains adds no
 * error.
 */
import {
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { ResultPath } from './entity-paths.ts';
import { leafCoercion, notALeaf } from './leaf-values.ts';
import { isTree, type ResponseTree, readOwn, writeOwn } from './response-tree.ts';
import type { FieldShape, ObjectShape, SelectionShape } from './selection-shapes.ts';

/** A null that has to propagate to its parent. */
const bubbling: unique symbol = Symbol('a null that bubbles');
type Completed = unknown;

const separator = '\u0000';
const textOf = (path: ResultPath): string => path.map((element) => `${separator}${element}`).join('');

/** Whether an error exists at a path, above it or below it. */
const createExplanations = (errors: readonly GraphQLError[]): ((path: ResultPath) => boolean) => {
  const at = new Set<string>();
  const above = new Set<string>();
  for (const { path = [] } of errors) {
    at.add(textOf(path));
    for (let length = 0; length <= path.length; length += 1) above.add(textOf(path.slice(0, length)));
  }
  return (path) => {
    if (above.has(textOf(path))) return true;
    for (let length = 0; length < path.length; length += 1) {
      if (at.has(textOf(path.slice(0, length)))) return true;
    }
    return false;
  };
};

export interface Completion {
  readonly data: ResponseTree | null;
  /** Errors of the fetches, then errors of completion. */
  readonly errors: readonly GraphQLError[];
}

const invalidResponse = (message: string, path: ResultPath): GraphQLError =>
  new GraphQLError(message, { path, extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' } });

/** @param at the path of `root` in the result, when it is a part. */
export const completeValues = (
  selected: SelectionShape,
  root: ResponseTree,
  fetchErrors: readonly GraphQLError[],
  at: ResultPath = [],
): Completion => {
  const isExplained = createExplanations(fetchErrors);
  const errors = [...fetchErrors];
  const path: (string | number)[] = [...at];
  /** Nulls of refused fields that propagate. The operation's own error explains them. */
  let refusals = 0;

  const report = (message: string): void => {
    if (!isExplained(path)) errors.push(invalidResponse(message, [...path]));
  };

  const completeList = (type: GraphQLOutputType, field: string, value: unknown, inner: SelectionShape | undefined) => {
    if (!Array.isArray(value)) {
      report(`Expected a list for ${field}.`);
      return null;
    }
    const list: unknown[] = [];
    for (const [index, item] of value.entries()) {
      path.push(index);
      const completed = complete(type, field, item, inner);
      path.pop();
      if (completed === bubbling) return null;
      list.push(completed);
    }
    return list;
  };

  const completeComposite = (type: GraphQLCompositeType, field: string, value: unknown, inner: SelectionShape) => {
    if (!isTree(value)) {
      report(`Expected an object for ${field}.`);
      return null;
    }
    const typeName = value['__typename'] ?? (isObjectType(type) ? type.name : undefined);
    const shape = typeof typeName === 'string' ? inner.of(typeName) : inner.ofDeclared();
    if (!shape) {
      report(`The type of an object at ${field} is not one that it can have.`);
      return null;
    }
    return completeObject(shape, value);
  };

  const complete = (type: GraphQLOutputType, field: string, value: unknown, inner?: SelectionShape): Completed => {
    if (isNonNullType(type)) {
      const before = errors.length + refusals;
      const completed = complete(type.ofType, field, value, inner);
      if (completed !== null) return completed;
      if (errors.length + refusals === before) report(`Cannot return null for non-nullable field ${field}.`);
      return bubbling;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) return completeList(type.ofType, field, value, inner);
    if (!isLeafType(type)) return inner ? completeComposite(type, field, value, inner) : null;
    const coerced = leafCoercion(type)(value);
    if (coerced !== notALeaf) return coerced;
    report(`${type.name} cannot represent the value of ${field}.`);
    return null;
  };

  const completeField = (field: FieldShape, parent: GraphQLCompositeType, tree: ResponseTree): Completed => {
    if (field.kind === 'refused') {
      if (!isNonNullType(field.type)) return null;
      refusals += 1;
      return bubbling;
    }
    if (field.kind === 'introspection') return readOwn(tree, field.plannedKey) ?? null;
    if (field.kind === 'data') {
      if (!field.type) return null;
      return complete(field.type, `${parent.name}.${field.name}`, readOwn(tree, field.plannedKey), field.selected);
    }
    if (isObjectType(parent)) return parent.name;
    report(`An object of ${parent.name} does not have its type name.`);
    return bubbling;
  };

  const completeObject = (shape: ObjectShape, tree: ResponseTree): ResponseTree | null => {
    const result: ResponseTree = {};
    for (const field of shape.fields) {
      path.push(field.key);
      const completed = completeField(field, shape.type, tree);
      path.pop();
      if (completed === bubbling) return null;
      writeOwn(result, field.key, completed);
    }
    return result;
  };

  return { data: completeObject(selected.ofDeclared(), root), errors };
};
