/**
 * The supergraph as the planner is given it, with what it knows less well than it should put right: requirements with
 * arguments (stand-ins.ts), and keys that are not resolvable, which it takes for a jump when they are declared before
 * one that is; those are moved last.
 */
import { type ConstDirectiveNode, parse, print } from 'graphql';
import type { StandIns } from '../execution/plan-environment.ts';
import { replaceRequirements } from './stand-ins.ts';
import { argumentOf, fieldsNamedBy, hasFields, type TypeWithFields } from './supergraph-text.ts';

export interface PlannedSupergraph {
  readonly sdl: string;
  readonly standIns: StandIns;
  /** Names of all fields in keys and requirements, stand-ins among them: what plans read for themselves. */
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
  const { document, standIns } = replaceRequirements(parse(sdl, { noLocation: true }));
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
  return { sdl: print({ ...document, definitions }), standIns, reserved, keyFields };
};
