/**
 * Removes arguments from requirements. The planner plans `@requires(fields: "price(currency: USD)")` under the field's
 * bare name, so another requirement, or the client, with other arguments would get the same value. Here the requirement
 * names a synthetic field without arguments instead, and fetches select the real field under the synthetic field's
 * name.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import type { SyntheticFields } from '../execution/plan-environment.ts';
import {
  argumentOf,
  fieldsNamedBy,
  hasFields,
  isJoinField,
  parseFields,
  type TypeWithFields,
} from './supergraph-text.ts';

/** A synthetic field on one type, and the subgraphs that require it. */
interface Need {
  readonly name: string;
  readonly field: string;
  readonly graphs: Set<string>;
}

const namedTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);

const graphOf = (directive: ConstDirectiveNode): string => argumentOf(directive, 'graph') ?? '';
const isExternal = (directive: ConstDirectiveNode): boolean => argumentOf(directive, 'external') === 'true';

/** Fields that keys, requirements and provisions of a subgraph name, as `graph field`. */
const usesIn = (document: DocumentNode): ReadonlySet<string> => {
  const uses = new Set<string>();
  for (const type of document.definitions.filter(hasFields)) {
    const directives = [...(type.directives ?? []), ...(type.fields ?? []).flatMap((field) => field.directives ?? [])];
    for (const directive of directives) {
      for (const field of fieldsNamedBy(directive, ['key', 'requires', 'provides'])) {
        uses.add(`${graphOf(directive)} ${field}`);
      }
    }
  }
  return uses;
};

const mapFields = (
  document: DocumentNode,
  change: (type: TypeWithFields) => readonly FieldDefinitionNode[],
): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((definition) =>
    hasFields(definition) ? { ...definition, fields: change(definition) } : definition,
  ),
});

/** Adds the synthetic fields to their types, and removes what nothing uses once they are there. */
const addSyntheticFields = (
  document: DocumentNode,
  types: ReadonlyMap<string, TypeWithFields>,
  needs: ReadonlyMap<string, readonly Need[]>,
): DocumentNode => {
  const uses = usesIn(document);
  const inInterface = ({ interfaces = [] }: TypeWithFields, field: string): boolean =>
    interfaces.some(({ name }) => types.get(name.value)?.fields?.some((one) => one.name.value === field));
  /** The schema is invalid with an external field that nothing in its subgraph uses any more. */
  const isLeftOver = (type: TypeWithFields, field: string, directive: ConstDirectiveNode): boolean =>
    isJoinField(directive) &&
    isExternal(directive) &&
    !uses.has(`${graphOf(directive)} ${field}`) &&
    !inInterface(type, field);

  return mapFields(document, (type) => {
    const ofType = needs.get(type.name.value) ?? [];
    const kept = (type.fields ?? []).map((field) => {
      if (!ofType.some((one) => one.field === field.name.value)) return field;
      const { directives = [] } = field;
      return { ...field, directives: directives.filter((one) => !isLeftOver(type, field.name.value, one)) };
    });
    const added = ofType.flatMap(({ name, field, graphs }): FieldDefinitionNode[] => {
      const definition = type.fields?.find((one) => one.name.value === field);
      if (!definition) return [];
      const directives = (definition.directives ?? []).filter(
        (one) => isJoinField(one) && (!isExternal(one) || graphs.has(graphOf(one))),
      );
      return [
        { kind: Kind.FIELD_DEFINITION, name: { kind: Kind.NAME, value: name }, type: definition.type, directives },
      ];
    });
    return [...kept, ...added];
  });
};

export const replaceRequirements = (
  document: DocumentNode,
): { readonly document: DocumentNode; readonly syntheticFields: SyntheticFields } => {
  const types = new Map(document.definitions.filter(hasFields).map((type) => [type.name.value, type]));
  const syntheticFields = new Map<string, Pick<FieldNode, 'name' | 'arguments'>>();
  const names = new Map<string, string>();
  const needs = new Map<string, Need[]>();

  const need = (typeName: string, field: string, name: string, graph: string): void => {
    const ofType = needs.get(typeName) ?? [];
    needs.set(typeName, ofType);
    const known = ofType.find((one) => one.name === name);
    if (known) known.graphs.add(graph);
    else ofType.push({ name, field, graphs: new Set([graph]) });
  };

  const syntheticFieldFor = (typeName: string, field: FieldNode, graph: string): string => {
    const text = `${field.name.value}(${field.arguments?.map((argument) => print(argument)).join()})`;
    const name = names.get(text) ?? `_rq${names.size}_${field.name.value}`;
    names.set(text, name);
    syntheticFields.set(name, { name: field.name, ...(field.arguments ? { arguments: field.arguments } : {}) });
    need(typeName, field.name.value, name, graph);
    for (const [implementer, { interfaces = [] }] of types) {
      if (interfaces.some((one) => one.name.value === typeName)) need(implementer, field.name.value, name, graph);
    }
    return name;
  };

  const withoutArguments = (typeName: string, selectionSet: SelectionSetNode, graph: string): SelectionSetNode => ({
    ...selectionSet,
    selections: selectionSet.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = selection.typeCondition?.name.value ?? typeName;
        return { ...selection, selectionSet: withoutArguments(inner, selection.selectionSet, graph) };
      }
      const definition = types.get(typeName)?.fields?.find(({ name }) => name.value === selection.name.value);
      const inner =
        definition && selection.selectionSet
          ? { selectionSet: withoutArguments(namedTypeOf(definition.type), selection.selectionSet, graph) }
          : {};
      if (!selection.arguments || selection.arguments.length === 0) return { ...selection, ...inner };
      return {
        kind: Kind.FIELD,
        name: { kind: Kind.NAME, value: syntheticFieldFor(typeName, selection, graph) },
        ...inner,
      };
    }),
  });

  const replaced = (typeName: string, directive: ConstDirectiveNode): ConstDirectiveNode => {
    const requires = isJoinField(directive) ? argumentOf(directive, 'requires') : undefined;
    if (requires === undefined || !requires.includes('(')) return directive;
    const fields = print(withoutArguments(typeName, parseFields(requires), graphOf(directive)));
    const value = { kind: Kind.STRING, value: fields.replace(/\s+/g, ' ').slice(1, -1).trim() } as const;
    const given = directive.arguments ?? [];
    return { ...directive, arguments: given.map((one) => (one.name.value === 'requires' ? { ...one, value } : one)) };
  };

  const required = mapFields(document, ({ name, fields = [] }) =>
    fields.map((field) => ({
      ...field,
      directives: field.directives?.map((directive) => replaced(name.value, directive)) ?? [],
    })),
  );
  if (syntheticFields.size === 0) return { document, syntheticFields };

  return { document: addSyntheticFields(required, types, needs), syntheticFields };
};
