/**
 * Narrows fetches from a subgraph that knows entities by their interface alone. Where an operation selects different
 * fields on several types of the interface, the planner merges them into one fetch that asks for all of them on every
 * type. Here the fields that all types share stay one fetch, and the rest becomes one fetch for each set of types. This
 * happens once, on the plan.
 */
import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode, ResponsePath } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  isInterfaceType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { fragmentsOf } from '../documents/fragments.ts';
import type { PlannedKeys } from './planned-keys.ts';
import type { PassesCondition } from './type-conditions.ts';

export interface NarrowingOptions {
  readonly schema: GraphQLSchema;
  readonly passes: PassesCondition;
  readonly plannedKeys: PlannedKeys;
}

/** What a fetch selects on entities that it knows by one interface. */
interface InterfaceFetch {
  readonly operation: OperationDefinitionNode;
  readonly interfaceName: string;
  readonly fields: readonly FieldNode[];
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** Undefined when the fetch selects anything else, or renames its fields. */
const interfaceFetchOf = (node: FetchNode, schema: GraphQLSchema): InterfaceFetch | undefined => {
  if (!node.requires || node.id !== undefined || (node.outputRewrites?.length ?? 0) > 0) return undefined;
  const operation = getOperationAST(parse(node.operation, { noLocation: true }));
  const [entities] = operation?.selectionSet.selections ?? [];
  const [fragment, ...others] = (entities?.kind === Kind.FIELD && entities.selectionSet?.selections) || [];
  if (!operation || others.length > 0 || fragment?.kind !== Kind.INLINE_FRAGMENT) return undefined;
  const interfaceName = fragment.typeCondition?.name.value ?? '';
  const { selections } = fragment.selectionSet;
  const fields = selections.filter((selection) => selection.kind === Kind.FIELD);
  const isPlain = fields.length === selections.length && isInterfaceType(schema.getType(interfaceName));
  return isPlain ? { operation, interfaceName, fields } : undefined;
};

/** The fetch with some of its fields. */
const withFields = (node: FetchNode, { operation }: InterfaceFetch, fields: readonly FieldNode[]): FetchNode => {
  const variables = new Set<string>();
  const narrowed = visit(operation, {
    InlineFragment: (fragment) => ({ ...fragment, selectionSet: { ...fragment.selectionSet, selections: fields } }),
  });
  visit(narrowed.selectionSet, {
    Variable: ({ name }) => {
      variables.add(name.value);
    },
  });
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    variables.has(variable.name.value),
  );
  return {
    ...node,
    operation: stripIgnoredCharacters(print({ ...narrowed, variableDefinitions })),
    variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
  };
};

const requiredKeys = (plan: PlanNode): ReadonlySet<string> => {
  const keys = new Set<string>();
  const addAll = (selections: readonly QueryPlanSelectionNode[] = []): void => {
    for (const selection of selections) {
      if (selection.kind === 'Field') keys.add(selection.alias ?? selection.name);
      addAll(selection.selections);
    }
  };
  const walk = (node: PlanNode): void => {
    if (node.kind === 'Fetch') addAll(node.requires);
    else if (node.kind === 'Flatten') walk(node.node);
    else if (node.kind === 'Sequence' || node.kind === 'Parallel') for (const child of node.nodes) walk(child);
  };
  walk(plan);
  return keys;
};

type CollectFields = (sets: readonly SelectionSetNode[], lets: (condition: string) => boolean) => readonly FieldNode[];

/** Collects all fields of selection sets, including those of the fragments whose condition passes. */
const createFieldCollector =
  (fragments: ReadonlyMap<string, FragmentDefinitionNode>): CollectFields =>
  (sets, lets) => {
    const found: FieldNode[] = [];
    const spread = new Set<string>();
    const gather = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) {
          found.push(selection);
          continue;
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD && spread.has(selection.name.value)) continue;
        if (selection.kind === Kind.FRAGMENT_SPREAD) spread.add(selection.name.value);
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition?.name.value;
        if (fragment && (condition === undefined || lets(condition))) gather(fragment.selectionSet);
      }
    };
    for (const set of sets) gather(set);
    return found;
  };

/** @param document without conditions: the planned document, apart from the planned response keys. */
const narrowInterfaceFetches = (
  plan: PlanNode,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { schema, passes, plannedKeys }: NarrowingOptions,
): PlanNode => {
  const fieldsIn = createFieldCollector(fragmentsOf(document.definitions));
  const selectedAt = (path: ResponsePath): readonly SelectionSetNode[] =>
    path
      .filter((element) => element !== '@')
      .reduce<readonly SelectionSetNode[]>(
        (sets, element) =>
          fieldsIn(sets, () => true).flatMap((field) =>
            plannedKeys.of(field) === element && field.selectionSet ? field.selectionSet : [],
          ),
        [operation.selectionSet],
      );
  const required = requiredKeys(plan);

  const narrow = (node: FetchNode, base: ResponsePath): PlanNode => {
    const asked = interfaceFetchOf(node, schema);
    if (!asked) return node;
    const { requires = [] } = node;
    const requiresOf = (typeName: string): QueryPlanSelectionNode[] =>
      requires.flatMap((selection) =>
        selection.kind === 'InlineFragment' && passes(typeName, selection.typeCondition ?? typeName)
          ? { ...selection, typeCondition: typeName }
          : [],
      );
    const abstract = schema.getType(asked.interfaceName);
    const types = isInterfaceType(abstract)
      ? schema.getPossibleTypes(abstract).filter(({ name }) => requiresOf(name).length > 0)
      : [];
    const sets = selectedAt(base);
    const askedOf = new Map(
      types.map(({ name }) => [
        name,
        new Set(fieldsIn(sets, (condition) => passes(name, condition)).map(plannedKeys.of)),
      ]),
    );
    const typesOf = (field: FieldNode): readonly string[] =>
      types.flatMap(({ name }) => (askedOf.get(name)?.has(keyOf(field)) ? name : []));
    /** A field that no type selected serves the plan itself. */
    const isForAll = (field: FieldNode): boolean =>
      required.has(keyOf(field)) || [0, types.length].includes(typesOf(field).length);
    const forAll = asked.fields.filter(isForAll);
    if (forAll.length === asked.fields.length) return node;

    const forSome = Map.groupBy(
      asked.fields.filter((field) => !isForAll(field)),
      (field) => typesOf(field).join(),
    );
    const nodes = [...forSome.values()].map((fields) => {
      const [first] = fields;
      return { ...withFields(node, asked, fields), requires: (first ? typesOf(first) : []).flatMap(requiresOf) };
    });
    const rest = forAll.some((field) => keyOf(field) !== '__typename') ? [withFields(node, asked, forAll)] : [];
    return { kind: 'Parallel', nodes: [...rest, ...nodes] };
  };

  const walk = (node: PlanNode, base: ResponsePath): PlanNode => {
    switch (node.kind) {
      case 'Fetch':
        return narrow(node, base);
      case 'Flatten':
        return { ...node, node: walk(node.node, [...base, ...node.path]) };
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map((child) => walk(child, base)) };
      default:
        return node;
    }
  };
  return walk(plan, []);
};

/** Narrows any plan. For a subscription, it narrows the part that runs for each event. */
export const narrowPlan = (
  plan: QueryPlan['node'],
  document: DocumentNode,
  operationName: string | undefined,
  options: NarrowingOptions,
): QueryPlan['node'] => {
  const operation = getOperationAST(document, operationName);
  if (!plan || !operation) return plan;
  if (plan.kind !== 'Subscription') return narrowInterfaceFetches(plan, document, operation, options);
  return plan.rest ? { ...plan, rest: narrowInterfaceFetches(plan.rest, document, operation, options) } : plan;
};
