/**
 * The supergraph as the planner receives it, with two corrections. Requirements with arguments become synthetic fields
 * (argument-free-requirements.ts). Keys that are not resolvable move behind the resolvable ones, because the planner
 * uses a key that is declared first even when it is not resolvable.
 */
import { type ConstDirectiveNode, parse, print } from 'graphql';
import type { FieldRequirements } from '../execution/field-requirements.ts';
import type { SyntheticFields } from '../execution/plan-environment.ts';
import { replaceRequirements } from './argument-free-requirements.ts';
import { readFieldRequirements } from './field-requirements.ts';
import { argumentOf, fieldsNamedBy, hasFields, type TypeWithFields } from './supergraph-text.ts';

export interface PlannedSupergraph {
  readonly sdl: string;
  readonly syntheticFields: SyntheticFields;
  readonly requirements: FieldRequirements;
  /** Names of all fields in keys and requirements, synthetic fields included: what plans read for themselves. */
  readonly reserved: ReadonlySet<string>;
  /** Names of all fields in keys. */
  readonly keyFields: ReadonlySet<string>;
}

const isUnresolvable = (directive: ConstDirectiveNode): boolean =>
  directive.name.value === 'join__type' && argumentOf(directive, 'resolvable') === 'false';

const resolvableFirst = (node: TypeWithFields): TypeWithFields => {
  const { directives = [] } = node;
  const last = directives.filter(isUnresolvable);
  return { ...node, directives: [...directives.filter((one) => !isUnresolvable(one)), ...last] };
};

export const preparePlannedSupergraph = (sdl: string): PlannedSupergraph => {
  const { document, syntheticFields } = replaceRequirements(parse(sdl, { noLocation: true }));
  const reserved = new Set<string>();
  const keyFields = new Set<string>();
  const definitions = document.definitions.map((definition) =>
    hasFields(definition) ? resolvableFirst(definition) : definition,
  );
  for (const { directives = [], fields = [] } of definitions.filter(hasFields)) {
    for (const directive of [...directives, ...fields.flatMap((field) => field.directives ?? [])]) {
      if (!directive.name.value.startsWith('join__')) continue;
      for (const name of fieldsNamedBy(directive, ['key'])) keyFields.add(name);
      for (const name of fieldsNamedBy(directive, ['key', 'requires'])) reserved.add(name);
    }
  }
  const requirements = readFieldRequirements(document, syntheticFields);
  return { sdl: print({ ...document, definitions }), syntheticFields, requirements, reserved, keyFields };
};
