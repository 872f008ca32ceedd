/** What the fields of a subgraph require of a representation, for plans whose requirements have arguments. */

/** Path of a field in a representation, as the subgraph names it -> the name of the field in plans. */
export type Requirement = ReadonlyMap<string, string>;

export const requirementPath = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);

export interface FieldRequirements {
  /** Undefined when the field of this type requires nothing in this subgraph. */
  of(subgraph: string, typeName: string, field: string): Requirement | undefined;
}
