/**
 * A subgraph of a generated graph, which executes fetches on the world. It is not graphql-js, because a subgraph here
 * must be able to break its promises: to send a null or a value that its schema forbids.
 */
import {
  type DocumentNode,
  getVariableValues,
  isAbstractType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { SubgraphResponse } from '../../gateway/upstream/subgraph-response.ts';
import { createObjectExecutor, isTree, type ObjectExecutor, type Subgraph } from './object-executor.ts';

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

/** Resolves one representation, the one at `index`. */
const resolveEntity =
  ({ name, schema, world, faults }: Subgraph, executor: ObjectExecutor, sets: readonly SelectionSetNode[]) =>
  (representation: unknown, index: number): unknown => {
    if (!isTree(representation)) throw new Error(`${name} was sent an invalid representation`);
    const of = world.find(name, representation);
    const named = schema.getType(String(representation['__typename']));
    // An entity that another subgraph knows by its interface alone.
    const type = isAbstractType(named) ? schema.getType(of.type) : named;
    if (!isObjectType(type)) throw new Error(`${name} was sent a ${representation['__typename']}`);
    const fault = faults.ofEntity(name, of);
    if (fault === 'error') return executor.fail(['_entities', index]);
    return fault === 'null' ? null : executor.select({ type, of, known: representation }, sets, ['_entities', index]);
  };

export const executeFetch = (
  subgraph: Subgraph,
  { query, variables: given }: SubgraphFetchRequest,
): SubgraphResponse => {
  const { name, schema, faults } = subgraph;
  const document = documentOf(query);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(query);
  const { coerced: variables, errors: refused } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (refused) throw new Error(`${name} was sent bad variables: ${refused.join()}`);

  const { kind } = faults.ofFetch(name, query);
  if (kind === 'down') throw new TypeError('down');
  if (kind === 'refusing') {
    return { data: undefined, errors: [{ message: 'refused', extensions: { code: 'OVERLOADED' } }], isShared: false };
  }
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`${name} has no ${operation.operation}`);
  const executor = createObjectExecutor(subgraph, document, variables);
  const { errors } = executor;
  const [first] = operation.selectionSet.selections;
  if (first?.kind !== Kind.FIELD || first.name.value !== '_entities') {
    const of = { type: root.name, n: 0 };
    return {
      data: executor.select({ type: root, of, known: undefined }, [operation.selectionSet], []) ?? undefined,
      errors,
      isShared: false,
    };
  }
  const representations = variables['representations'];
  if (!Array.isArray(representations) || !first.selectionSet) throw new Error('no representations');
  const entities = representations.map(resolveEntity(subgraph, executor, [first.selectionSet]));
  return { data: { _entities: kind === 'short' ? entities.slice(1) : entities }, errors, isShared: false };
};
