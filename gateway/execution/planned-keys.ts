/**
 * Decides under which response key a client's field is planned, which is its key in the merged tree. It is the client's
 * own key, unless plans could mistake it for a field that they read themselves: keys, required fields and `__typename`.
 * `{ id: name }` must not turn a name into an entity's key, and `__typename: title` must not turn a title into a type.
 * Such a field is planned under a prefixed key; results and error paths always show the client's key.
 */
import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

const prefix = '_as_';

export interface PlannedKeys {
  of(field: FieldNode): string;
  /** The document to plan. */
  rename(document: DocumentNode): DocumentNode;
}

/** Aliases that the planner generates itself. */
const plannersAlias = /__alias_\d+$/;

/** @param reserved names of the fields that plans read for themselves. */
export const createPlannedKeys = (reserved: ReadonlySet<string>): PlannedKeys => {
  const of = ({ alias, name, arguments: given }: FieldNode): string => {
    const key = alias?.value ?? name.value;
    // The plan itself selects the field in the same way.
    if (key === name.value && (given === undefined || given.length === 0) && !key.startsWith(prefix)) return key;
    const isTaken = key === '__typename' || reserved.has(key) || key.startsWith(prefix) || plannersAlias.test(key);
    return isTaken ? `${prefix}${key}` : key;
  };
  return {
    of,
    rename: (document) =>
      visit(document, {
        Field(field) {
          const key = of(field);
          if (key === (field.alias?.value ?? field.name.value)) return undefined;
          return { ...field, alias: { kind: Kind.NAME, value: key } };
        },
      }),
  };
};

/** The client's response key for a key of the merged tree. */
export const clientKeyOf = <Element extends string | number>(key: Element): Element | string =>
  typeof key === 'string' && key.startsWith(prefix) ? key.slice(prefix.length) : key;
