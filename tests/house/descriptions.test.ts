/**
 * Everything that clients see of the supergraph explains itself: each type, field, argument, input field and enum value
 * of the API schema has a description. What is @inaccessible is no part of it; what GraphQL itself brings explains
 * itself. What several subgraphs have is described in the same words or by its owner alone: composition would take the
 * words of most of them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');

const supergraphYaml = z.object({
  subgraphs: z.record(z.string(), z.object({ routing_url: z.string(), schema: z.object({ file: z.string() }) })),
});

interface Element {
  /** Schema coordinate, such as `Query.message(id:)`. */
  readonly name: string;
  readonly description?: string | null | undefined;
}

const membersOf = (type: GraphQLNamedType): Element[] => {
  if (isEnumType(type) || isInputObjectType(type)) {
    const members = isEnumType(type) ? type.getValues() : Object.values(type.getFields());
    return members.map(({ name, description }) => ({ name: `${type.name}.${name}`, description }));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const name = `${type.name}.${field.name}`;
    const args = field.args.map((arg) => ({ name: `${name}(${arg.name}:)`, description: arg.description }));
    return [{ name, description: field.description }, ...args];
  });
};

const elementsOf = (schema: GraphQLSchema): Element[] => {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  return [
    ...types.flatMap((type) => [{ name: type.name, description: type.description }, ...membersOf(type)]),
    ...directives.flatMap(({ name, description, args }) => [
      { name: `@${name}`, description },
      ...args.map((arg) => ({ name: `@${name}(${arg.name}:)`, description: arg.description })),
    ]),
  ];
};

test('everything in the public schema has a description', async () => {
  const elements = elementsOf(
    Supergraph.build(await read('supergraph.graphql'))
      .apiSchema()
      .toGraphQLJSSchema(),
  );
  // So that a schema that could not be read does not pass.
  expect(elements.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Query.message(id:)', 'MessageStatus.QUEUED', 'SendMessageInput.content']),
  );
  expect(elements.filter(({ description }) => !description?.trim()).map(({ name }) => name)).toEqual([]);
});

test('subgraphs that share an element describe it in the same words', async () => {
  const { subgraphs } = supergraphYaml.parse(parseYaml(await read('supergraph.yaml')));
  const services = await Promise.all(
    Object.entries(subgraphs).map(async ([name, { routing_url: url, schema }]) => ({
      name,
      url,
      typeDefs: parse(await read(schema.file)),
    })),
  );
  const { hints = [], errors } = composeServices(services);
  expect(errors).toBeUndefined();
  expect(
    hints.filter(({ definition }) => definition.code === 'INCONSISTENT_DESCRIPTION').map(({ message }) => message),
  ).toEqual([]);
});
