/**
 * The cost of an operation's introspection. It fetches nothing, but large schemas have long results, which are built on
 * the thread that serves everybody. So the fields of the result are estimated from the number of types in the schema
 * and the average number of fields in a type. Several of them cost as much as one fetched field.
 */
import {
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { MeasuredOperation } from './operation-measure.ts';

/** Introspection fields that cost one. */
const fieldsForOne = 2;

type Sizes = Readonly<Record<string, number>>;

const known = new WeakMap<GraphQLSchema, Sizes>();

/** Items of the introspection lists, by field name. `ofType` has one item for half of the types. */
const sizesOf = (schema: GraphQLSchema): Sizes => {
  const before = known.get(schema);
  if (before) return before;
  const types = Object.values(schema.getTypeMap());
  const composite = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = composite.flatMap((type) => Object.values(type.getFields()));
  const perType = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0) / types.length;
  const sizes: Sizes = {
    types: types.length,
    directives: schema.getDirectives().length,
    fields: fields.length / types.length,
    args: fields.reduce((sum, { args }) => sum + args.length, 0) / Math.max(1, fields.length),
    inputFields: perType(types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length)),
    enumValues: perType(types.filter(isEnumType).map((type) => type.getValues().length)),
    possibleTypes: perType(types.filter(isAbstractType).map((type) => schema.getPossibleTypes(type).length)),
    interfaces: perType(composite.map((type) => type.getInterfaces().length)),
    locations: 2,
    ofType: 0.5,
  };
  known.set(schema, sizes);
  return sizes;
};

/** The operation must be valid. */
export const costOfIntrospection = ({ schema, operation, fragments }: MeasuredOperation): number => {
  const sizes = sizesOf(schema);
  const measured = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const before = measured.get(name);
    const fragment = fragments.get(name);
    if (before !== undefined || !fragment) return before ?? 0;
    const fields = fieldsOf(fragment.selectionSet);
    measured.set(name, fields);
    return fields;
  };
  const fieldsOf = (set: SelectionSetNode): number => {
    let fields = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) fields += ofFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) fields += fieldsOf(selection.selectionSet);
      else
        fields +=
          1 + (sizes[selection.name.value] ?? 1) * (selection.selectionSet ? fieldsOf(selection.selectionSet) : 0);
    }
    return Math.min(Number.MAX_SAFE_INTEGER, fields);
  };

  /** Root fields only, because only the root can introspect. */
  const introspects = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';
  const ofRoot = (set: SelectionSetNode): number => {
    let fields = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) fields += ofRoot(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) fields += ofRootFragment(selection.name.value);
      else if (introspects(selection) && selection.selectionSet) fields += fieldsOf(selection.selectionSet);
    }
    return Math.min(Number.MAX_SAFE_INTEGER, fields);
  };
  const ofRoots = new Map<string, number>();
  const ofRootFragment = (name: string): number => {
    const before = ofRoots.get(name);
    const fragment = fragments.get(name);
    if (before !== undefined || !fragment) return before ?? 0;
    const fields = ofRoot(fragment.selectionSet);
    ofRoots.set(name, fields);
    return fields;
  };
  return Math.ceil(ofRoot(operation.selectionSet) / fieldsForOne);
};
