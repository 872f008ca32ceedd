/**
 * Gives ids their canonical form before a resolver sees them. A UUID means the same in any case (RFC 9562), but the
 * stream log, caches and topics know it by its text, which is the lower case one that tables return. Ids that are no
 * UUID, such as those of models, stay as they are.
 */
import SchemaBuilder, {
  BasePlugin,
  createInputValueMapper,
  type InputTypeFieldsMapping,
  mapInputFields,
  type PothosOutputFieldConfig,
  resolveInputTypeConfig,
  type SchemaTypes,
} from '@pothos/core';
import { validate } from 'uuid';

export const canonicalIdsPlugin = 'canonicalIds' as const;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [canonicalIdsPlugin]: CanonicalIdsPlugin<Types>;
    }
  }
}

/** The id as tables return it. */
export const canonicalId = (id: string): string => (validate(id) ? id.toLowerCase() : id);

/** Maps the arguments of each field that has an ID among them, at any depth. Other fields cost nothing. */
class CanonicalIdsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  readonly #mappings = new Map<string, InputTypeFieldsMapping<Types, true>>();

  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const ids = mapInputFields<Types, true>(
      field.args,
      this.buildCache,
      ({ type }) => (resolveInputTypeConfig(type, this.buildCache).name === 'ID' ? true : null),
      this.#mappings,
    );
    if (!ids) return field;
    const toCanonical = createInputValueMapper(ids, (id) => (typeof id === 'string' ? canonicalId(id) : id));
    return { ...field, argMappers: [...(field.argMappers ?? []), (args) => toCanonical(args)] };
  }
}

SchemaBuilder.registerPlugin(canonicalIdsPlugin, CanonicalIdsPlugin);
