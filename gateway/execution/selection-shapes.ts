/**
 * The fields that an object of a runtime type has in the result of one operation, once fragments are spread and `@skip`
 * and `@include` are decided. A shape is made when the first object of a type is met. Projection and value completion
 * share it, so that both collect fields in the same way.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { DeferredFragment } from '../documents/deferred-fragment.ts';
import { isRefused } from '../documents/refused-fields.ts';
import type { PlannedKeys } from './planned-keys.ts';

export interface FieldShape {
  /** In the result. */
  readonly key: string;
  /** In the merged tree. */
  readonly plannedKey: string;
  readonly name: string;
  /** The gateway resolves `typename` and `introspection`, subgraphs resolve `data`, and nobody resolves `refused`. */
  readonly kind: 'typename' | 'introspection' | 'data' | 'refused';
  readonly type: GraphQLOutputType | undefined;
  /** The shape of the objects in the field; undefined for scalars and enums. */
  readonly selected: SelectionShape | undefined;
  readonly nodes: readonly FieldNode[];
}

/** What an object contributes to a part of its own. */
export interface DeferredShape extends DeferredFragment {
  readonly selected: SelectionShape;
}

export interface ObjectShape {
  readonly type: GraphQLCompositeType;
  readonly fields: readonly FieldShape[];
  readonly deferred: readonly DeferredShape[];
}

export interface SelectionShape {
  readonly declared: GraphQLCompositeType;
  /** Undefined when the name is not a type that clients may see there. */
  of(typeName: string): ObjectShape | undefined;
  /** For an object without `__typename`. */
  readonly ofDeclared: () => ObjectShape;
}

export interface ShapeOptions {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly plannedKeys: PlannedKeys;
  isIncluded(selection: SelectionNode): boolean;
  /** Fragments that are delivered in parts of their own. */
  readonly deferred?: ReadonlyMap<SelectionNode, DeferredFragment> | undefined;
}

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** @param selectionSets of all fields that are merged into the one that contains these objects. */
export const createSelectionShape = (
  declared: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
  options: ShapeOptions,
): SelectionShape => {
  const { schema, fragments, plannedKeys, isIncluded } = options;
  const known = new Map<string, ObjectShape>();

  const passes = (type: GraphQLCompositeType, condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const abstract = schema.getType(condition);
    return (
      isAbstractType(abstract) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(abstract, type)
    );
  };

  const collect = (
    type: GraphQLCompositeType,
  ): { readonly fields: ReadonlyMap<string, FieldNode[]>; readonly deferred: readonly DeferredShape[] } => {
    const fields = new Map<string, FieldNode[]>();
    const deferred: DeferredShape[] = [];
    const spread = (selectionSet: SelectionSetNode): void => {
      for (const selection of selectionSet.selections) {
        if (selection.directives && selection.directives.length > 0 && !isIncluded(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          const nodes = fields.get(key);
          if (nodes) nodes.push(selection);
          else fields.set(key, [selection]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (!passes(type, selection.typeCondition?.name.value)) continue;
          const part = options.deferred?.get(selection);
          if (!part) spread(selection.selectionSet);
          else deferred.push({ ...part, selected: createSelectionShape(type, [selection.selectionSet], options) });
        } else {
          const fragment = fragments.get(selection.name.value);
          if (fragment && passes(type, fragment.typeCondition.name.value)) spread(fragment.selectionSet);
        }
      }
    };
    for (const selectionSet of selectionSets) spread(selectionSet);
    return { fields, deferred };
  };

  const fieldOf = (type: GraphQLCompositeType, key: string, nodes: readonly FieldNode[]): FieldShape => {
    const [node] = nodes;
    if (!node) throw new Error(`nothing is selected as ${key}`);
    const name = node.name.value;
    const field = { key, plannedKey: plannedKeys.of(node), name, type: undefined, selected: undefined, nodes };
    if (name === '__typename') return { ...field, kind: 'typename' };
    if (name.startsWith('__')) return { ...field, kind: 'introspection' };
    const definition = 'getFields' in type ? type.getFields()[name] : undefined;
    if (!definition) throw new Error(`${type.name} has no field ${name}`);
    const named = getNamedType(definition.type);
    const granted = nodes.filter((one) => !isRefused(one));
    if (granted.length === 0) return { ...field, kind: 'refused', type: definition.type };
    const inner = granted.flatMap(({ selectionSet }) => selectionSet ?? []);
    return {
      ...field,
      kind: 'data',
      type: definition.type,
      selected: isCompositeType(named) ? createSelectionShape(named, inner, options) : undefined,
    };
  };

  const shape = (type: GraphQLCompositeType): ObjectShape => {
    const { fields, deferred } = collect(type);
    return { type, fields: [...fields].map(([key, nodes]) => fieldOf(type, key, nodes)), deferred };
  };

  return {
    declared,
    of(typeName) {
      const made = known.get(typeName);
      if (made) return made;
      const type = schema.getType(typeName);
      if (!isCompositeType(type) || !passes(type, declared.name)) return undefined;
      const fresh = shape(type);
      known.set(typeName, fresh);
      return fresh;
    },
    ofDeclared: once(() => shape(declared)),
  };
};
