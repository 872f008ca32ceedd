/** Reads what fields require from a supergraph whose requirements with arguments are synthetic fields already. */
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { type FieldRequirements, type Requirement, requirementPath } from '../execution/field-requirements.ts';
import type { SyntheticFields } from '../execution/plan-environment.ts';
import { argumentOf, hasFields, isJoinField, parseFields } from './supergraph-text.ts';

/** Graph of `join__Graph` -> name of its subgraph. */
const subgraphNames = (document: DocumentNode): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { name, directives = [] } of definition.values ?? []) {
      const joined = directives.find((directive) => directive.name.value === 'join__graph');
      const subgraph = joined && argumentOf(joined, 'name');
      if (subgraph !== undefined) names.set(name.value, subgraph);
    }
  }
  return names;
};

const addTo = (found: Map<string, string>, set: SelectionSetNode, path: string, synthetic: SyntheticFields): void => {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      addTo(found, selection.selectionSet, path, synthetic);
      continue;
    }
    const name = selection.name.value;
    const inner = requirementPath(path, synthetic.get(name)?.name.value ?? name);
    found.set(inner, name);
    if (selection.selectionSet) addTo(found, selection.selectionSet, inner, synthetic);
  }
};

/** @param document with synthetic fields. */
export const readFieldRequirements = (document: DocumentNode, synthetic: SyntheticFields): FieldRequirements => {
  const names = subgraphNames(document);
  const known = new Map<string, Requirement>();
  for (const type of document.definitions.filter(hasFields)) {
    for (const field of type.fields ?? []) {
      for (const directive of (field.directives ?? []).filter(isJoinField)) {
        const requires = argumentOf(directive, 'requires');
        const subgraph = names.get(argumentOf(directive, 'graph') ?? '');
        if (requires === undefined || subgraph === undefined) continue;
        const requirement = new Map<string, string>();
        addTo(requirement, parseFields(requires), '', synthetic);
        known.set(`${subgraph} ${type.name.value}.${field.name.value}`, requirement);
      }
    }
  }
  return { of: (subgraph, typeName, field) => known.get(`${subgraph} ${typeName}.${field}`) };
};
