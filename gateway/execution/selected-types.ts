/** The types that a selection is about, as one walks down a document: of its fields, and within its fragments. */
import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** Undefined for what is no field of the type, `__typename` among it. */
export const fieldOf = (
  parent: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

/** The type that is named by the fragment, else the one around it. */
export const typeWithin = (
  schema: GraphQLSchema,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  parent: GraphQLNamedType | undefined,
): GraphQLNamedType | undefined => (typeCondition && schema.getType(typeCondition.name.value)) ?? parent;
