/**
 * Under which key of the merged tree a field of the client stands. That is its key in the answer, unless it would be
 * taken for something that plans read from the tree: keys, required fields and `__typename`. `{ id: name }` must not
 * make a name of an entity's key, and `__typename: title` no type of a title. Such a field is planned under another
 * key; what an answer or an error's path shows is always the client's.
 */
import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

const prefix = '_as_';

export interface TreeKeys {
  of(field: FieldNode): string;
  /** The document as it is to be planned. */
  rename(document: DocumentNode): DocumentNode;
}

/** Aliases that the planner makes up itself. */
const plannersAlias = /__alias_\d+$/;

/** @param reserved names of the fields that plans read for themselves. */
export const createTreeKeys = (reserved: ReadonlySet<string>): TreeKeys => {
  const of = ({ alias, name, arguments: given }: FieldNode): string => {
    const key = alias?.value ?? name.value;
    // As the plan itself asks for it.
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

/** The client's key for a key of the tree. */
export const answerKey = <Element extends string | number>(key: Element): Element | string =>
  typeof key === 'string' && key.startsWith(prefix) ? key.slice(prefix.length) : key;
