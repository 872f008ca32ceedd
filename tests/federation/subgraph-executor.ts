/**
 * A subgraph of a generated graph, which executes fetches on the world. It is not graphql-js, because a subgraph here
 * must be able to break its promises: to send a null or a value that its schema forbids.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  getVariableValues,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { SubgraphError, SubgraphResponse } from '../../gateway/upstream/subgraph-response.ts';
import type { Faults } from './faults.ts';
import { type Instance, isInstance, type World } from './world.ts';

type Tree = Record<string, unknown>;
type ResultPath = readonly (string | number)[];

/** An object as one subgraph sees it. */
interface Seen {
  readonly type: GraphQLObjectType;
  readonly of: Instance;
  /** The representation that the gateway sent. */
  readonly known: Tree | undefined;
}

const bubbling: unique symbol = Symbol('a null that propagates');
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

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

const documents = new Map<string, DocumentNode>();
const documentOf = (text: string): DocumentNode => {
  const document = documents.get(text) ?? parse(text, { noLocation: true });
  if (documents.size > 500) documents.clear();
  documents.set(text, document);
  return document;
};

export interface SubgraphFetchRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const executeFetch = (
  name: string,
  schema: GraphQLSchema,
  { query, variables: given }: SubgraphFetchRequest,
  world: World,
  faults: Faults,
): SubgraphResponse => {
  const document = documentOf(query);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(query);
  const { coerced: variables, errors: refused } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (refused) throw new Error(`${name} was sent bad variables: ${refused.join()}`);
  const errors: SubgraphError[] = [];

  const applies = (type: GraphQLObjectType, condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const abstract = schema.getType(condition);
    return isAbstractType(abstract) && schema.isSubType(abstract, type);
  };
  const isTrue = (node: FieldNode | { readonly directives?: FieldNode['directives'] }): boolean =>
    (node.directives ?? []).every(({ name: directive, arguments: [condition] = [] }) => {
      const { value } = condition ?? {};
      const holds =
        value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.BOOLEAN && value.value;
      return holds === (directive.value === 'include');
    });
  const collect = (
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    into: Map<string, FieldNode[]>,
  ): typeof into => {
    for (const set of sets) {
      for (const selection of set.selections) {
        if (!isTrue(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          into.set(key, [...(into.get(key) ?? []), selection]);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT
            ? selection
            : document.definitions.find(
                (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
              );
        if (!fragment || !('selectionSet' in fragment)) throw new Error('a fragment is missing');
        const condition = 'typeCondition' in fragment ? fragment.typeCondition?.name.value : undefined;
        if (applies(type, condition)) collect(type, [fragment.selectionSet], into);
      }
    }
    return into;
  };

  const valueAt = ({ type, of, known }: Seen, field: string, args: Tree): unknown => {
    const requirement = world.requirements.get(`${type.name}.${field}`);
    return requirement ? `needs ${JSON.stringify(pick(known, requirement))}` : world.value(of, field, args);
  };

  const fail = (path: ResultPath): null => {
    errors.push({ message: 'a field failed', path: [...path], extensions: { code: 'NOT_FOUND' } });
    return null;
  };

  const seen = (type: GraphQLOutputType, value: unknown): Seen => {
    if (!isInstance(value)) throw new Error(`${String(type)} is no object`);
    const concrete = isObjectType(type) ? type : schema.getType(value.type);
    if (!isObjectType(concrete)) throw new Error(`${name} does not have ${value.type}`);
    return { type: concrete, of: value, known: undefined };
  };

  /** @param failed whether a null in it is an error of this subgraph, and propagates. */
  const complete = (
    type: GraphQLOutputType,
    value: unknown,
    nodes: readonly FieldNode[],
    path: ResultPath,
    failed: boolean,
  ): unknown => {
    if (isNonNullType(type)) {
      const completed = complete(type.ofType, value, nodes, path, failed);
      return completed === null && (failed || isInstance(value) || Array.isArray(value)) ? bubbling : completed;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      if (!Array.isArray(value)) return value;
      const items = value.map((item, index) => complete(type.ofType, item, nodes, [...path, index], failed));
      return items.includes(bubbling) ? null : items;
    }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return sets.length === 0 ? value : select(seen(type, value), sets, path);
  };

  const field = (object: Seen, nodes: readonly FieldNode[], path: ResultPath): unknown => {
    const [node] = nodes;
    if (!node) return null;
    if (node.name.value === '__typename') return object.type.name;
    const definition = object.type.getFields()[node.name.value];
    if (!definition) throw new Error(`${name} has no field ${object.type.name}.${node.name.value}`);
    const value = valueAt(object, node.name.value, getArgumentValues(definition, node, variables));
    switch (faults.ofField(object.of, node.name.value)) {
      case 'error':
        return complete(definition.type, fail(path), nodes, path, true);
      case 'null':
        return null;
      case 'bad': {
        const bad = world.badValue(object.of, node.name.value);
        if (bad === undefined) break;
        return isListType(getNullableType(definition.type)) ? [bad] : bad;
      }
    }
    return complete(definition.type, value, nodes, path, false);
  };

  const select = (object: Seen, sets: readonly SelectionSetNode[], path: ResultPath): Tree | null => {
    const tree: Tree = {};
    for (const [key, nodes] of collect(object.type, sets, new Map())) {
      const value = field(object, nodes, [...path, key]);
      if (value === bubbling) return null;
      Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return tree;
  };

  const entity = (representation: unknown, index: number, sets: readonly SelectionSetNode[]): unknown => {
    if (!isTree(representation)) throw new Error(`${name} was sent an invalid representation`);
    const of = world.find(name, representation);
    const named = schema.getType(String(representation['__typename']));
    // An entity that another subgraph knows by its interface alone.
    const type = isAbstractType(named) ? schema.getType(of.type) : named;
    if (!isObjectType(type)) throw new Error(`${name} was sent a ${representation['__typename']}`);
    const fault = faults.ofEntity(name, of);
    if (fault === 'error') return fail(['_entities', index]);
    return fault === 'null' ? null : select({ type, of, known: representation }, sets, ['_entities', index]);
  };

  const { kind } = faults.ofFetch(name, query);
  if (kind === 'down') throw new TypeError('down');
  if (kind === 'refusing') {
    return { data: undefined, errors: [{ message: 'refused', extensions: { code: 'OVERLOADED' } }], isShared: false };
  }
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`${name} has no ${operation.operation}`);
  const [first] = operation.selectionSet.selections;
  if (first?.kind !== Kind.FIELD || first.name.value !== '_entities') {
    const of = { type: root.name, n: 0 };
    return {
      data: select({ type: root, of, known: undefined }, [operation.selectionSet], []) ?? undefined,
      errors,
      isShared: false,
    };
  }
  const representations = variables['representations'];
  if (!Array.isArray(representations) || !first.selectionSet) throw new Error('no representations');
  const sets = [first.selectionSet];
  const entities = representations.map((one, index) => entity(one, index, sets));
  return { data: { _entities: kind === 'short' ? entities.slice(1) : entities }, errors, isShared: false };
};
