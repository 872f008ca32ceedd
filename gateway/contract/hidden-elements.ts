/**
 * Determines the elements of a supergraph that a contract hides, as schema coordinates: tagged elements, elements that
 * take or return something hidden, types that are left empty, and types that are no longer reachable. Arguments, input
 * fields and enum values are hidden only by exclusion: inclusion applies to fields and their types.
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type OperationTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';

export interface ContractTags {
  /** Elements with one of these are hidden. */
  readonly exclude: readonly string[];
  /** Fields without any of these, on themselves or on their type, are hidden. An empty list hides nothing. */
  readonly include: readonly string[];
}

/** The names of the directives in the supergraph. */
export interface DirectiveNames {
  readonly tag: string;
  readonly inaccessible: string;
}

interface Tagged {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

const namedTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);

/** Types of subgraphs, without those of the specifications. */
const isOfSubgraph = (node: DefinitionNode): node is TypeDefinitionNode =>
  'fields' in node || 'values' in node || 'types' in node || node.kind === Kind.SCALAR_TYPE_DEFINITION
    ? (node.directives ?? []).some(({ name }) => name.value === 'join__type')
    : false;

const rootTypesOf = (document: DocumentNode): readonly string[] =>
  document.definitions
    .flatMap((node): readonly OperationTypeDefinitionNode[] =>
      node.kind === Kind.SCHEMA_DEFINITION ? node.operationTypes : [],
    )
    .map(({ type }) => type.name.value);

/** Whether a node has the directive with one of the tags as its first argument. */
const hasDirectiveFor = ({ directives = [] }: Tagged, directive: string, tags: readonly string[]): boolean =>
  directives.some(
    ({ name, arguments: [argument] = [] }) =>
      name.value === directive && argument?.value.kind === Kind.STRING && tags.includes(argument.value.value),
  );

export const hiddenElements = (
  document: DocumentNode,
  { exclude, include }: ContractTags,
  names: DirectiveNames,
): ReadonlySet<string> => {
  const hidden = new Set<string>();
  const types = new Map(document.definitions.filter(isOfSubgraph).map((type) => [type.name.value, type]));

  const hasTag = (node: Tagged, tags: readonly string[]): boolean => hasDirectiveFor(node, names.tag, tags);
  const isInaccessible = ({ directives = [] }: Tagged): boolean =>
    directives.some(({ name }) => name.value === names.inaccessible);
  const consider = (coordinate: string, node: Tagged): void => {
    if (isInaccessible(node) || hasTag(node, exclude)) hidden.add(coordinate);
  };

  for (const [name, type] of types) {
    consider(name, type);
    if (type.kind === Kind.ENUM_TYPE_DEFINITION) {
      for (const value of type.values ?? []) consider(`${name}.${value.name.value}`, value);
    } else if ('fields' in type) {
      for (const field of type.fields ?? []) {
        const coordinate = `${name}.${field.name.value}`;
        consider(coordinate, field);
        if (field.kind !== Kind.FIELD_DEFINITION) continue;
        if (include.length > 0 && !hasTag(type, include) && !hasTag(field, include)) hidden.add(coordinate);
        for (const argument of field.arguments ?? []) consider(`${coordinate}(${argument.name.value}:)`, argument);
      }
    }
  }

  /** Hides an element that cannot exist without a hidden one. */
  const settle = (name: string, type: TypeDefinitionNode): void => {
    const isGone = (of: TypeNode): boolean => hidden.has(namedTypeOf(of));
    let left = 1;
    if (type.kind === Kind.UNION_TYPE_DEFINITION) left = (type.types ?? []).filter((member) => !isGone(member)).length;
    else if (type.kind === Kind.ENUM_TYPE_DEFINITION) {
      left = (type.values ?? []).filter((value) => !hidden.has(`${name}.${value.name.value}`)).length;
    } else if ('fields' in type) {
      left = 0;
      for (const field of type.fields ?? []) {
        const coordinate = `${name}.${field.name.value}`;
        if (isGone(field.type)) hidden.add(coordinate);
        if (hidden.has(coordinate)) continue;
        left += 1;
        for (const argument of field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : []) {
          if (isGone(argument.type)) hidden.add(`${coordinate}(${argument.name.value}:)`);
        }
      }
    }
    if (left === 0) hidden.add(name);
  };
  for (let before = -1; before !== hidden.size; ) {
    before = hidden.size;
    for (const [name, type] of types) settle(name, type);
  }

  const reached = new Set<string>();
  const reach = (name: string): void => {
    const type = types.get(name);
    if (!type || hidden.has(name) || reached.has(name)) return;
    reached.add(name);
    if (type.kind === Kind.UNION_TYPE_DEFINITION) for (const member of type.types ?? []) reach(member.name.value);
    if (!('fields' in type)) return;
    for (const field of type.fields ?? []) {
      const coordinate = `${name}.${field.name.value}`;
      if (hidden.has(coordinate)) continue;
      reach(namedTypeOf(field.type));
      for (const argument of field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : []) {
        if (!hidden.has(`${coordinate}(${argument.name.value}:)`)) reach(namedTypeOf(argument.type));
      }
    }
    if (!('interfaces' in type)) return;
    for (const one of type.interfaces ?? []) reach(one.name.value);
    if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    for (const other of types.values()) {
      if ('interfaces' in other && other.interfaces?.some((one) => one.name.value === name)) reach(other.name.value);
    }
  };
  for (const name of rootTypesOf(document)) reach(name);
  for (const node of document.definitions) {
    if (node.kind !== Kind.DIRECTIVE_DEFINITION) continue;
    for (const argument of node.arguments ?? []) reach(namedTypeOf(argument.type));
  }
  for (const name of types.keys()) if (!reached.has(name)) hidden.add(name);
  return hidden;
};
