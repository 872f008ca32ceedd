/**
 * Separates fetches of entities whose fields require the same field with different arguments. A representation has one
 * value for a field, so a fetch for both would compute one of them from the other's value. Each group of fields whose
 * requirements agree becomes a fetch of its own, with representations of its own. This happens once, on the plan.
 */
import type { DeferredNode, FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { fragmentsOf } from '../documents/fragments.ts';
import { type FieldRequirements, type Requirement, requirementPath } from './field-requirements.ts';
import type { SyntheticFields } from './plan-environment.ts';

export interface SeparationOptions {
  readonly syntheticFields: SyntheticFields;
  readonly requirements: FieldRequirements;
}

/** Fields of one fetch whose requirements agree. */
interface Group {
  readonly fields: Set<FieldNode>;
  readonly requirement: Map<string, string>;
}

/** Path in the representation -> all names that the fetch requires there. */
const requiredNames = (
  selections: readonly QueryPlanSelectionNode[],
  synthetic: SyntheticFields,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const names = new Map<string, Set<string>>();
  const collect = (inner: readonly QueryPlanSelectionNode[], path: string): void => {
    for (const selection of inner) {
      if (selection.kind === 'InlineFragment') {
        collect(selection.selections, path);
        continue;
      }
      const at = requirementPath(path, synthetic.get(selection.name)?.name.value ?? selection.name);
      names.set(at, (names.get(at) ?? new Set()).add(selection.name));
      collect(selection.selections ?? [], at);
    }
  };
  collect(selections, '');
  return names;
};

/** What the fetch requires without the fields that belong to the requirements of other groups. */
const requiredBy = (
  selections: readonly QueryPlanSelectionNode[],
  keeps: (path: string, name: string) => boolean,
  synthetic: SyntheticFields,
): QueryPlanSelectionNode[] => {
  const filter = (inner: readonly QueryPlanSelectionNode[], path: string): QueryPlanSelectionNode[] =>
    inner.flatMap((selection): QueryPlanSelectionNode[] => {
      if (selection.kind === 'InlineFragment') {
        const kept = filter(selection.selections, path);
        return kept.length === 0 ? [] : [{ ...selection, selections: kept }];
      }
      const at = requirementPath(path, synthetic.get(selection.name)?.name.value ?? selection.name);
      if (!keeps(at, selection.name)) return [];
      if (!selection.selections) return [selection];
      const kept = filter(selection.selections, at);
      return kept.length === 0 ? [] : [{ ...selection, selections: kept }];
    });
  return filter(selections, '');
};

/** The selections with their fragments in place, so that each field stands where it is fetched. */
const inlined = (
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections: selections.map((selection): SelectionNode => {
    if (selection.kind === Kind.FIELD) return selection;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment) return selection;
    const { typeCondition } = fragment;
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(typeCondition ? { typeCondition } : {}),
      ...(selection.directives ? { directives: selection.directives } : {}),
      selectionSet: inlined(fragment.selectionSet, fragments),
    };
  }),
});

const agrees = ({ requirement }: Group, other: Requirement): boolean =>
  [...other].every(([path, name]) => (requirement.get(path) ?? name) === name);

/** The groups of the fields of a fetch, each field in the first one that it agrees with. */
const groupFields = (
  set: SelectionSetNode,
  requirementOf: (typeName: string, field: string) => Requirement,
): Group[] => {
  const groups: Group[] = [];
  const collect = ({ selections }: SelectionSetNode, typeName: string): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
      } else if (selection.kind === Kind.FIELD) {
        const requirement = requirementOf(typeName, selection.name.value);
        const known = groups.find((group) => agrees(group, requirement));
        const group = known ?? { fields: new Set<FieldNode>(), requirement: new Map<string, string>() };
        if (!known) groups.push(group);
        group.fields.add(selection);
        for (const [path, name] of requirement) group.requirement.set(path, name);
      }
    }
  };
  collect(set, '');
  return groups;
};

const only = ({ selections }: SelectionSetNode, fields: ReadonlySet<FieldNode>): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections: selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return fields.has(selection) ? [selection] : [];
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection];
    const selectionSet = only(selection.selectionSet, fields);
    return selectionSet.selections.length === 0 ? [] : [{ ...selection, selectionSet }];
  }),
});

/** The operation of a fetch for entities, with `entities` as their selections. */
const withEntities = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  entities: SelectionSetNode,
): Pick<FetchNode, 'operation' | 'variableUsages'> => {
  const selectionSet: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: operation.selectionSet.selections.map((selection) =>
      selection.kind === Kind.FIELD ? { ...selection, selectionSet: entities } : selection,
    ),
  };
  const used = new Set<string>();
  const spread = new Set<string>();
  const fragments = fragmentsOf(document.definitions);
  const look = (node: SelectionSetNode): void => {
    visit(node, {
      Variable: ({ name }) => void used.add(name.value),
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || spread.has(name.value)) return;
        spread.add(name.value);
        look(fragment.selectionSet);
      },
    });
  };
  look(selectionSet);
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value));
  const definitions = [
    { ...operation, selectionSet, variableDefinitions: variableDefinitions ?? [] },
    ...[...fragments.values()].filter(({ name }) => spread.has(name.value)),
  ];
  return {
    operation: stripIgnoredCharacters(print({ kind: Kind.DOCUMENT, definitions })),
    variableUsages: [...used].filter((name) => name !== 'representations'),
  };
};

const separate = (node: FetchNode, { syntheticFields, requirements }: SeparationOptions): PlanNode => {
  const { requires = [], serviceName } = node;
  const required = requiredNames(requires, syntheticFields);
  if ([...required.values()].every((names) => names.size === 1)) return node;
  const document = parse(node.operation, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [entities] = operation?.selectionSet.selections ?? [];
  if (!operation || entities?.kind !== Kind.FIELD || !entities.selectionSet) return node;
  const set = inlined(entities.selectionSet, fragmentsOf(document.definitions));
  const groups = groupFields(set, (type, field) => requirements.of(serviceName, type, field) ?? new Map());
  const fetches = groups.map(({ fields, requirement }): FetchNode => {
    const keeps = (path: string, name: string): boolean =>
      required.get(path)?.size === 1 || requirement.get(path) === name;
    const { id: _, ...rest } = node;
    return {
      ...rest,
      ...withEntities(document, operation, only(set, fields)),
      requires: requiredBy(requires, keeps, syntheticFields),
    };
  });
  if (node.id === undefined) return { kind: 'Parallel', nodes: fetches };
  // A deferred part waits for the fetch by its id, so the last one carries it.
  const last = fetches.pop();
  return { kind: 'Sequence', nodes: last ? [...fetches, { ...last, id: node.id }] : fetches };
};

/** Separates the fetches of any plan. For a subscription, those that run for each event. */
export const separateRequirements = (plan: QueryPlan['node'], options: SeparationOptions): QueryPlan['node'] => {
  const walk = (node: PlanNode): PlanNode => {
    switch (node.kind) {
      case 'Fetch':
        return separate(node, options);
      case 'Flatten':
        return { ...node, node: walk(node.node) };
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map(walk) };
      case 'Condition':
        return { ...node, ...walkAll({ ifClause: node.ifClause, elseClause: node.elseClause }) };
      case 'Defer':
        return {
          ...node,
          primary: { ...node.primary, ...walkAll({ node: node.primary.node }) },
          deferred: node.deferred.map((part): DeferredNode => ({ ...part, ...walkAll({ node: part.node }) })),
        };
    }
  };
  const walkAll = <Name extends string>(
    nodes: Readonly<Record<Name, PlanNode | undefined>>,
  ): Partial<Record<Name, PlanNode>> => {
    const walked: Partial<Record<Name, PlanNode>> = {};
    for (const name in nodes) {
      const node = nodes[name];
      if (node) walked[name] = walk(node);
    }
    return walked;
  };
  if (plan?.kind !== 'Subscription') return plan && walk(plan);
  return { ...plan, ...walkAll({ rest: plan.rest }) };
};
