/**
 * Shapes a merged tree that needs no errors into the result: each field of the operation, in its order, and nothing
 * else. It is compiled to closures for each runtime type. It cannot report errors: at the first value that needs one it
 * gives up, and value completion builds the whole result again.
 */
import { type GraphQLOutputType, isLeafType, isListType, isNonNullType, isObjectType } from 'graphql';
import { type CoerceLeaf, leafCoercion, notALeaf } from './leaf-values.ts';
import { isInherited, isTree, type ResponseTree, readOwn, writeOwn } from './response-tree.ts';
import type { FieldShape, ObjectShape, SelectionShape } from './selection-shapes.ts';

/** Returned in place of a result that needs an error. */
export const anomaly: unique symbol = Symbol('a value that needs an error');

type Project = (value: unknown) => unknown;

const projectLeaf =
  (coerce: CoerceLeaf): Project =>
  (value) => {
    if (value === null || value === undefined) return null;
    const coerced = coerce(value);
    return coerced === notALeaf ? anomaly : coerced;
  };

const projectList =
  (item: Project): Project =>
  (value) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return anomaly;
    const list = new Array<unknown>(value.length);
    for (let index = 0; index < value.length; index += 1) {
      const projected = item(value[index]);
      if (projected === anomaly) return anomaly;
      list[index] = projected;
    }
    return list;
  };

const projectType = (type: GraphQLOutputType, selected: SelectionShape | undefined): Project => {
  if (isNonNullType(type)) {
    const inner = projectType(type.ofType, selected);
    return (value) => (value === null || value === undefined ? anomaly : inner(value));
  }
  if (isListType(type)) return projectList(projectType(type.ofType, selected));
  if (isLeafType(type)) return projectLeaf(leafCoercion(type));
  if (!selected) throw new Error(`nothing is selected of ${type.name}`);
  return compileSelection(selected);
};

const compileField = ({ plannedKey, kind, type, selected }: FieldShape, { type: parent }: ObjectShape): Project => {
  if (kind === 'typename') return () => (isObjectType(parent) ? parent.name : anomaly);
  if (kind === 'refused') return () => (isNonNullType(type) ? anomaly : null);
  if (kind === 'introspection' || !type) return (tree) => (isTree(tree) ? readOwn(tree, plannedKey) : anomaly);
  return projectType(type, selected);
};

const compileObject = (shape: ObjectShape): ((tree: ResponseTree) => unknown) => {
  const keys = shape.fields.map(({ key }) => key);
  const plannedKeys = shape.fields.map(({ plannedKey }) => plannedKey);
  const ofTree = shape.fields.map(({ kind }) => kind !== 'data');
  const projects = shape.fields.map((field) => compileField(field, shape));
  if ([...keys, ...plannedKeys].some(isInherited)) {
    return (tree) => {
      const result: ResponseTree = {};
      for (const [index, project] of projects.entries()) {
        const key = keys[index] ?? '';
        const projected = project(ofTree[index] ? tree : readOwn(tree, plannedKeys[index] ?? ''));
        if (projected === anomaly) return anomaly;
        writeOwn(result, key, projected);
      }
      return result;
    };
  }
  // Copying an object that already has the keys takes half the time of adding them one by one.
  const template: Readonly<ResponseTree> = Object.fromEntries(keys.map((key) => [key, null]));
  return (tree) => {
    const result: ResponseTree = { ...template };
    for (let index = 0; index < projects.length; index += 1) {
      const key = keys[index] ?? '';
      const projected = projects[index]?.(ofTree[index] ? tree : tree[plannedKeys[index] ?? '']);
      if (projected === anomaly) return anomaly;
      result[key] = projected;
    }
    return result;
  };
};

/**
 * Projects objects by their `__typename`. Where the field's type is an object type, a missing `__typename` is known.
 */
export const compileSelection = (selected: SelectionShape): Project => {
  const known = new Map<string, (tree: ResponseTree) => unknown>();
  const declared = isObjectType(selected.declared) ? selected.declared.name : undefined;
  const compiled = (typeName: string): ((tree: ResponseTree) => unknown) | undefined => {
    const shape = selected.of(typeName);
    if (!shape) return undefined;
    const project = compileObject(shape);
    known.set(typeName, project);
    return project;
  };
  return (value) => {
    if (value === null || value === undefined) return null;
    if (!isTree(value)) return anomaly;
    const typeName = value['__typename'] ?? declared;
    if (typeof typeName !== 'string') return anomaly;
    const project = known.get(typeName) ?? compiled(typeName);
    return project ? project(value) : anomaly;
  };
};
