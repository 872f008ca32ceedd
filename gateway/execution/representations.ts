/**
 * Writes an entity's representation as JSON text, compiled from what a fetch requires. It is text because equal
 * representations are found by comparing it, and because the request's body is made of it. An entity that lacks a
 * required field has no representation.
 */
import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { PlanEnvironment, SyntheticFields } from './plan-environment.ts';
import { isInherited, isTree, mergeInto, type ResponseTree, readOwn, writeOwn } from './response-tree.ts';
import type { Rewrite } from './rewrites.ts';

/**
 * @param isWhole all the data requested so far has arrived. Then a required field that is missing was not requested,
 * which happens where the planner merges requirements of several types of one interface. This type does not need the
 * field, so the representation omits it. Keys are always needed.
 */
export type WriteRepresentation = (entity: ResponseTree, isWhole: boolean) => string | undefined;

export interface Representation {
  readonly write: WriteRepresentation;
  /**
   * The text field that, together with the type, determines the representation. Undefined where more than one field
   * does.
   */
  readonly soleKey: string | undefined;
}

type Build = (tree: ResponseTree, isWhole: boolean) => ResponseTree | undefined;

/** In the merged tree. */
const keyOf = (field: QueryPlanFieldNode): string => field.alias ?? field.name;
/** In the representation. */
const sentKeyOf = (field: QueryPlanFieldNode, syntheticFields: SyntheticFields): string =>
  syntheticFields.get(field.name)?.name.value ?? keyOf(field);

const buildSelections = (selections: readonly QueryPlanSelectionNode[], environment: PlanEnvironment): Build => {
  const { passes, syntheticFields, keyFields } = environment;
  const steps = selections.map((selection): ((from: ResponseTree, to: ResponseTree, isWhole: boolean) => boolean) => {
    const build = selection.selections ? buildSelections(selection.selections, environment) : undefined;
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      return (from, to, isWhole) => {
        const typeName = readOwn(from, '__typename');
        if (typeof typeName !== 'string' || (typeCondition !== undefined && !passes(typeName, typeCondition)))
          return true;
        const part = build?.(from, isWhole);
        if (part) mergeInto(to, part);
        return true;
      };
    }
    const key = keyOf(selection);
    const sentKey = sentKeyOf(selection, syntheticFields);
    const mayLack = !keyFields.has(selection.name) && selection.name !== '__typename';
    const inner = (value: unknown, isWhole: boolean): unknown => {
      if (!build) return value;
      if (Array.isArray(value)) return value.map((item) => inner(item, isWhole));
      return isTree(value) ? (build(value, isWhole) ?? null) : null;
    };
    return (from, to, isWhole) => {
      const value = readOwn(from, key);
      if (value === undefined) return isWhole && mayLack;
      writeOwn(to, sentKey, inner(value, isWhole));
      return true;
    };
  });
  return (from, isWhole) => {
    const to: ResponseTree = {};
    return steps.every((step) => step(from, to, isWhole)) ? to : undefined;
  };
};

/** Writes the usual shape, scalars of one type, straight to text. Undefined when one is missing. */
const writeScalars = (
  fields: readonly QueryPlanFieldNode[],
  syntheticFields: SyntheticFields,
): ((entity: ResponseTree, typeName: string) => string | undefined) => {
  const scalars = fields.filter(({ name }) => name !== '__typename');
  const keys = scalars.map(keyOf);
  const heads = scalars.map((field) => `,${JSON.stringify(sentKeyOf(field, syntheticFields))}:`);
  const begins = new Map<string, string>();
  return (entity, typeName) => {
    let text = begins.get(typeName);
    if (text === undefined) {
      text = `{"__typename":${JSON.stringify(typeName)}`;
      begins.set(typeName, text);
    }
    for (let index = 0; index < keys.length; index += 1) {
      const value = readOwn(entity, keys[index] ?? '');
      if (value === undefined) return undefined;
      text += heads[index] + JSON.stringify(value);
    }
    return `${text}}`;
  };
};

const scalarsOf = (selections: readonly QueryPlanSelectionNode[]): readonly QueryPlanFieldNode[] | undefined => {
  const fields = selections.filter((selection) => selection.kind === 'Field');
  const plain = fields.every(({ selections: inner }) => !inner) && fields.some(({ name }) => name === '__typename');
  return plain && fields.length === selections.length ? fields : undefined;
};

export const compileRepresentation = (
  requires: readonly QueryPlanSelectionNode[],
  rewrite: Rewrite | undefined,
  environment: PlanEnvironment,
): Representation => {
  const { passes, syntheticFields, keyFields } = environment;
  const build = buildSelections(requires, environment);
  const writeAny: WriteRepresentation = (entity, isWhole) => {
    const representation = build(entity, isWhole);
    if (!representation || typeof representation['__typename'] !== 'string') return undefined;
    // The planner merged requirements of several types, and none of the keys belongs to this one.
    if (!Object.keys(representation).some((key) => keyFields.has(key))) return undefined;
    rewrite?.(representation);
    return JSON.stringify(representation);
  };
  const [only, ...others] = requires;
  const scalars =
    only?.kind === 'InlineFragment' && others.length === 0 && !rewrite ? scalarsOf(only.selections) : undefined;
  if (only?.kind !== 'InlineFragment' || !scalars) return { write: writeAny, soleKey: undefined };
  const { typeCondition } = only;
  const write = writeScalars(scalars, syntheticFields);
  const [sole, ...more] = scalars.filter(({ name }) => name !== '__typename').map(keyOf);
  return {
    write(entity, isWhole) {
      const typeName = entity['__typename'];
      const passed = typeof typeName === 'string' && (typeCondition === undefined || passes(typeName, typeCondition));
      return passed ? (write(entity, typeName) ?? writeAny(entity, isWhole)) : undefined;
    },
    soleKey: sole === undefined || more.length > 0 || isInherited(sole) ? undefined : sole,
  };
};
