/**
 * Decides whether an object of a runtime type satisfies a type condition, according to the supergraph's schema,
 * including the elements that clients do not see. Decisions are cached for the schema's own types only, so that names
 * which subgraphs invent are not kept.
 */
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

export type PassesCondition = (typeName: string, condition: string) => boolean;

export const createTypeConditions = (schema: GraphQLSchema): PassesCondition => {
  const known = new Map<string, Map<string, boolean>>();
  const judge = (typeName: string, condition: string): boolean => {
    const type = schema.getType(typeName);
    const abstract = schema.getType(condition);
    return (
      isAbstractType(abstract) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(abstract, type)
    );
  };
  return (typeName, condition) => {
    if (typeName === condition) return true;
    let conditions = known.get(typeName);
    if (!conditions) {
      if (!schema.getType(typeName)) return false;
      conditions = new Map();
      known.set(typeName, conditions);
    }
    let passes = conditions.get(condition);
    if (passes === undefined) {
      passes = judge(typeName, condition);
      conditions.set(condition, passes);
    }
    return passes;
  };
};
