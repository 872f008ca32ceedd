/** Executes selections on the objects that one subgraph of a generated graph sees, with the faults of their fields. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { SubgraphError } from '../../gateway/upstream/subgraph-response.ts';
import { collectFields } from './collected-fields.ts';
import type { Faults } from './faults.ts';
import { type Instance, isInstance, type World } from './world.ts';

export type Tree = Record<string, unknown>;
type ResultPath = readonly (string | number)[];

export interface Subgraph {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly world: World;
  readonly faults: Faults;
}

/** An object as one subgraph sees it. */
interface Seen {
  readonly type: GraphQLObjectType;
  readonly of: Instance;
  /** The representation that the gateway sent. */
  readonly known: Tree | undefined;
}

/** Where a value goes. */
interface Place {
  readonly nodes: readonly FieldNode[];
  readonly path: ResultPath;
  /** Whether a null in the value is an error of this subgraph, and propagates. */
  readonly failed: boolean;
}

export interface ObjectExecutor {
  /** The errors so far. */
  readonly errors: readonly SubgraphError[];
  /** Adds an error. */
  fail(path: ResultPath): null;
  select(object: Seen, sets: readonly SelectionSetNode[], path: ResultPath): Tree | null;
}

const bubbling: unique symbol = Symbol('a null that propagates');

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pick = (value: unknown, selection: SelectionSetNode | undefined): unknown => {
  if (!selection) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, selection));
  if (!isTree(value)) return value;
  const picked: Tree = {};
  for (const field of selection.selections) {
    if (field.kind !== Kind.FIELD) throw new Error('requirements have no fragments here');
    const name = field.name.value;
    if (name in value) picked[name] = pick(value[name], field.selectionSet);
  }
  return picked;
};

const valueAt = (world: World, { type, of, known }: Seen, field: string, args: Tree): unknown => {
  const requirement = world.requirements.get(`${type.name}.${field}`);
  return requirement ? `needs ${JSON.stringify(pick(known, requirement))}` : world.value(of, field, args);
};

const seenBy = ({ name, schema }: Subgraph, type: GraphQLOutputType, value: unknown): Seen => {
  if (!isInstance(value)) throw new Error(`${String(type)} is no object`);
  const concrete = isObjectType(type) ? type : schema.getType(value.type);
  if (!isObjectType(concrete)) throw new Error(`${name} does not have ${value.type}`);
  return { type: concrete, of: value, known: undefined };
};

export const createObjectExecutor = (subgraph: Subgraph, document: DocumentNode, variables: Tree): ObjectExecutor => {
  const { name, schema, world, faults } = subgraph;
  const errors: SubgraphError[] = [];

  const fail = (path: ResultPath): null => {
    errors.push({ message: 'a field failed', path: [...path], extensions: { code: 'NOT_FOUND' } });
    return null;
  };

  const complete = (type: GraphQLOutputType, value: unknown, place: Place): unknown => {
    const { nodes, path, failed } = place;
    if (isNonNullType(type)) {
      const completed = complete(type.ofType, value, place);
      return completed === null && (failed || isInstance(value) || Array.isArray(value)) ? bubbling : completed;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      if (!Array.isArray(value)) return value;
      const items = value.map((item, index) => complete(type.ofType, item, { ...place, path: [...path, index] }));
      return items.includes(bubbling) ? null : items;
    }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return sets.length === 0 ? value : select(seenBy(subgraph, type, value), sets, path);
  };

  const field = (object: Seen, nodes: readonly FieldNode[], path: ResultPath): unknown => {
    const [node] = nodes;
    if (!node) return null;
    if (node.name.value === '__typename') return object.type.name;
    const definition = object.type.getFields()[node.name.value];
    if (!definition) throw new Error(`${name} has no field ${object.type.name}.${node.name.value}`);
    const value = valueAt(world, object, node.name.value, getArgumentValues(definition, node, variables));
    switch (faults.ofField(object.of, node.name.value)) {
      case 'error':
        return complete(definition.type, fail(path), { nodes, path, failed: true });
      case 'null':
        return null;
      case 'bad': {
        const bad = world.badValue(object.of, node.name.value);
        if (bad === undefined) break;
        return isListType(getNullableType(definition.type)) ? [bad] : bad;
      }
    }
    return complete(definition.type, value, { nodes, path, failed: false });
  };

  const select = (object: Seen, sets: readonly SelectionSetNode[], path: ResultPath): Tree | null => {
    const tree: Tree = {};
    for (const [key, nodes] of collectFields({ schema, document, variables }, object.type, sets)) {
      const value = field(object, nodes, [...path, key]);
      if (value === bubbling) return null;
      Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return tree;
  };

  return { errors, fail, select };
};
