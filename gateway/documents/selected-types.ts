/** The types of fields and fragments, for code that walks down a document. */
import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** Undefined when the type has no such field; `__typename` is not one. */
export const fieldOf = (
  parent: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

/** The type that the fragment names, else the type around it. */
export const typeWithin = (
  schema: GraphQLSchema,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  parent: GraphQLNamedType | undefined,
): GraphQLNamedType | undefined => (typeCondition && schema.getType(typeCondition.name.value)) ?? parent;
