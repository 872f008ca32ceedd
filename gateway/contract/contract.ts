/**
 * A contract selects by `@tag` the part of a supergraph that clients of one gateway see. Hidden elements become
 * `@inaccessible`: clients cannot see, introspect or query them, while plans still read keys and requirements there.
 */
import {
  type Schema,
  Supergraph,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES as supportedFeatures,
} from '@apollo/federation-internals';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  parse,
  print,
  type SchemaDefinitionNode,
} from 'graphql';
import { StartError } from '#kernel/connections/start-error.ts';
import { type ContractTags, hiddenElements } from './hidden-elements.ts';

/** Marks the elements of a supergraph that clients may not see. Throws a StartError when the contract is impossible. */
export type ApplyContract = (sdl: string) => string;

const specification = 'https://specs.apollo.dev';
const inaccessibleSdl = `
schema @link(url: "${specification}/inaccessible/v0.2", for: SECURITY) { query: Query }
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`;

const nameIn = (schema: Schema, directive: string): string | undefined =>
  schema.coreFeatures?.getByIdentity(`${specification}/${directive}`)?.directiveNameInSchema(directive);

/** Adds the specification of `@inaccessible`, which composition links only where it is used. */
const withInaccessible = (document: DocumentNode): DocumentNode => {
  const [schema, directive] = parse(inaccessibleSdl, { noLocation: true }).definitions;
  if (schema?.kind !== Kind.SCHEMA_DEFINITION || !directive) return document;
  const linked = (node: SchemaDefinitionNode): SchemaDefinitionNode => ({
    ...node,
    directives: [...(node.directives ?? []), ...(schema.directives ?? [])],
  });
  const definitions = document.definitions.map((node) => (node.kind === Kind.SCHEMA_DEFINITION ? linked(node) : node));
  return { ...document, definitions: [...definitions, directive] };
};

interface Marked {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

const markHidden = (document: DocumentNode, hidden: ReadonlySet<string>, name: string): DocumentNode => {
  const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } };
  const marked = <Node extends Marked>(coordinate: string, node: Node): Node => {
    const { directives = [] } = node;
    if (!hidden.has(coordinate) || directives.some((one) => one.name.value === name)) return node;
    return { ...node, directives: [...directives, mark] };
  };
  const markMembers = (node: DefinitionNode): DefinitionNode => {
    switch (node.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const fields = (node.fields ?? []).map((field) => {
          const coordinate = `${node.name.value}.${field.name.value}`;
          const given = (field.arguments ?? []).map((one) => marked(`${coordinate}(${one.name.value}:)`, one));
          return marked(coordinate, { ...field, arguments: given });
        });
        return marked(node.name.value, { ...node, fields });
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = (node.fields ?? []).map((field) => marked(`${node.name.value}.${field.name.value}`, field));
        return marked(node.name.value, { ...node, fields });
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (node.values ?? []).map((value) => marked(`${node.name.value}.${value.name.value}`, value));
        return marked(node.name.value, { ...node, values });
      }
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_DEFINITION:
        return marked(node.name.value, node);
      default:
        return node;
    }
  };
  return { ...document, definitions: document.definitions.map(markMembers) };
};

const impossible = (reason: string, cause?: unknown): StartError =>
  new StartError(
    `The contract is not possible with this supergraph: ${reason} Change CONTRACT_EXCLUDE_TAGS, CONTRACT_INCLUDE_TAGS or the tags.`,
    { cause },
  );

/** Returns the supergraph unchanged when no tag is named. */
export const createContract = (tags: ContractTags): ApplyContract => {
  if (tags.exclude.length === 0 && tags.include.length === 0) return (sdl) => sdl;
  return (sdl) => {
    const { schema } = Supergraph.build(sdl, { supportedFeatures });
    const given = parse(sdl, { noLocation: true });
    const inaccessible = nameIn(schema, 'inaccessible');
    const names = { tag: nameIn(schema, 'tag') ?? 'tag', inaccessible: inaccessible ?? 'inaccessible' };
    const hidden = hiddenElements(given, tags, names);
    const query = schema.schemaDefinition.rootType('query');
    if (query && hidden.has(query.name)) throw impossible('it leaves nothing to query.');
    const document = inaccessible === undefined ? withInaccessible(given) : given;
    const offered = print(markHidden(document, hidden, names.inaccessible));
    try {
      Supergraph.build(offered, { supportedFeatures }).apiSchema();
    } catch (cause) {
      throw impossible(cause instanceof Error ? cause.message : String(cause), cause);
    }
    return offered;
  };
};
