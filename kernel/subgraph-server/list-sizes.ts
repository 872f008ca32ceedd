/**
 * Says in the schema how many items a connection has (`@listSize` of https://specs.apollo.dev/cost): as many as `first`
 * or `last` says, else a page. Gateways compute the cost of an operation from it. Lists that are no connections say it
 * themselves, by `directives: listSize(...)`.
 */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { defaultPageSize } from './paging.ts';

export const listSizesPlugin = 'listSizes' as const;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [listSizesPlugin]: ListSizesPlugin<Types>;
    }
  }
}

/** @param assumedSize items of a list that is long, though not of the longest that can be */
export const listSize = (assumedSize: number) => ({
  federation__listSize: { assumedSize },
});

const ofConnection = {
  slicingArguments: ['first', 'last'],
  sizedFields: ['edges'],
  assumedSize: defaultPageSize,
  requireOneSlicingArgument: false,
};

class ListSizesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const isConnection = ['first', 'after', 'last', 'before'].every((name) => name in field.args);
    if (!isConnection) return field;
    const given = field.extensions?.['directives'];
    const directives = { ...(typeof given === 'object' ? given : {}), federation__listSize: ofConnection };
    return { ...field, extensions: { ...field.extensions, directives } };
  }
}

SchemaBuilder.registerPlugin(listSizesPlugin, ListSizesPlugin);
