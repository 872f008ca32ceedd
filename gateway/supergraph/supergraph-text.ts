/** Reads the join directives in the text of a supergraph, as composition writes them. */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';

export type TypeWithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export const hasFields = (node: DefinitionNode): node is TypeWithFields =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;

export const isJoinField = ({ name }: ConstDirectiveNode): boolean => name.value === 'join__field';

/** The value of a string or enum argument; `true` or `false` for a Boolean. */
export const argumentOf = (directive: ConstDirectiveNode, name: string): string | undefined => {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.STRING || value?.kind === Kind.ENUM) return value.value;
  return value?.kind === Kind.BOOLEAN ? String(value.value) : undefined;
};

/** Parses a field set, which is a selection set with or without braces. */
export const parseFields = (text: string): SelectionSetNode => {
  const [definition] = parse(text.trimStart().startsWith('{') ? text : `{ ${text} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`not a set of fields: ${text}`);
  return definition.selectionSet;
};

/** Names of all fields in the field sets that a directive has under these arguments. */
export const fieldsNamedBy = (directive: ConstDirectiveNode, arguments_: readonly string[]): readonly string[] => {
  const names: string[] = [];
  for (const argument of arguments_) {
    const text = argumentOf(directive, argument);
    if (text === undefined) continue;
    visit(parseFields(text), {
      Field({ name }) {
        names.push(name.value);
      },
    });
  }
  return names;
};
