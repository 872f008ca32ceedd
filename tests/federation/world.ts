/**
 * The data of the generated graphs: a function from an object and a field to a value, the same for every caller. An
 * object is a type and a number. The values of its fields follow from a hash, so that every subgraph and the monolith
 * agree without a store. Texts name their object (`Product#2#sku`), so that representations can be resolved.
 */
import {
  type ConstDirectiveNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { SubgraphTexts } from './graphs.ts';

export interface Instance {
  readonly type: string;
  readonly n: number;
}

/** What is wrong with one field of one object. */
export type LeafFault = 'null' | 'bad' | 'error';

export interface World {
  value(of: Instance, field: string, args: Readonly<Record<string, unknown>>): unknown;
  /**
   * The instance that a representation stands for. Throws unless the representation has a key that the subgraph
   * resolves.
   */
  find(subgraph: string, representation: Readonly<Record<string, unknown>>): Instance;
  /** The selection that a field requires of other subgraphs, by `Type.field`. */
  readonly requirements: ReadonlyMap<string, SelectionSetNode>;
  /** Names of the fields in keys and requirements. They never fail, so that subgraphs and monolith can be compared. */
  readonly sound: ReadonlySet<string>;
  isComposite(of: Instance, field: string): boolean;
  /** A value that the field's type does not allow; undefined when the type allows every value. */
  badValue(of: Instance, field: string): unknown;
}

export const hashOf = (text: string): number => {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822519);
  return (hash ^ (hash >>> 13)) >>> 0;
};

export const isInstance = (value: unknown): value is Instance =>
  typeof value === 'object' && value !== null && 'type' in value && 'n' in value;

const namedOf = (type: GraphQLOutputType): GraphQLOutputType =>
  isNonNullType(type) || isListType(type) ? namedOf(type.ofType) : type;

const objectsOfEachType = 4;
const anything = [{ a: [1, { b: null }] }, 'text', 0, [false, []], { __typename: 'Trap' }, true];

interface Directives extends Pick<World, 'requirements' | 'sound'> {
  /** The keys that a subgraph resolves, by `subgraph Type`. */
  readonly resolvable: ReadonlyMap<string, string[][]>;
}

const isResolvable = (key: ConstDirectiveNode): boolean => {
  const resolves = key.arguments?.find(({ name }) => name.value === 'resolvable')?.value;
  return resolves?.kind !== Kind.BOOLEAN || resolves.value;
};

const readDirectives = (texts: SubgraphTexts, schema: GraphQLSchema): Directives => {
  const requirements = new Map<string, SelectionSetNode>();
  const resolvable = new Map<string, string[][]>();
  const sound = new Set<string>();
  /** The selection in `fields`. Its fields are sound from now on. */
  const selectionOf = (directive: ConstDirectiveNode): SelectionSetNode => {
    const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
    if (fields?.kind !== Kind.STRING) throw new Error(print(directive));
    const [definition] = parse(`{ ${fields.value} }`).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(fields.value);
    visit(definition, { Field: ({ name }) => void sound.add(name.value) });
    return definition.selectionSet;
  };
  const readKey = (at: string, directive: ConstDirectiveNode): void => {
    const { selections } = selectionOf(directive);
    if (!isResolvable(directive)) return;
    const key = selections.map((field) => (field.kind === Kind.FIELD ? field.name.value : ''));
    resolvable.set(at, [...(resolvable.get(at) ?? []), key]);
  };
  const readRequirement = (typeName: string, field: string, directive: ConstDirectiveNode): void => {
    const selection = selectionOf(directive);
    const type = schema.getType(typeName);
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    for (const { name } of [{ name: typeName }, ...types]) requirements.set(`${name}.${field}`, selection);
  };
  for (const [subgraph, text] of Object.entries(texts)) {
    for (const definition of parse(text).definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue;
      const typeName = definition.name.value;
      for (const directive of definition.directives ?? []) {
        if (directive.name.value === 'key') readKey(`${subgraph} ${typeName}`, directive);
      }
      for (const { name, directives = [] } of definition.fields ?? []) {
        for (const directive of directives) {
          if (directive.name.value === 'requires') readRequirement(typeName, name.value, directive);
        }
      }
    }
  }
  return { requirements, sound, resolvable };
};

/** Which value is asked for. */
interface Place {
  readonly of: Instance;
  readonly field: string;
  /** The arguments as JSON. */
  readonly args: string;
  /** The position in the field's lists, `/0/2`. */
  readonly at: string;
}

const leafOf = (type: GraphQLOutputType, { of, field, args }: Place, hash: number): unknown => {
  if (isEnumType(type)) {
    const values = type.getValues().filter(({ name }) => name !== 'HIDDEN');
    return values[hash % values.length]?.name;
  }
  switch ('name' in type ? type.name : '') {
    case 'Int':
      return [0, 1, -5, 2147483647, hash % 1000][hash % 5];
    case 'Float':
      return [0, 1.5, -2, (hash % 1000) / 7][hash % 4];
    case 'Boolean':
      return hash % 2 === 0;
    case 'JSON':
      return anything[hash % anything.length];
    default:
      return args === '{}' ? `${of.type}#${of.n}#${field}` : `${of.type}#${of.n}#${field} ${args} "\u2028`;
  }
};

/** @param schema of the supergraph, including everything that clients do not see. */
export const createWorld = (schema: GraphQLSchema, texts: SubgraphTexts): World => {
  const fieldType = ({ type }: Instance, field: string): GraphQLOutputType => {
    const object = schema.getType(type);
    const definition = isObjectType(object) ? object.getFields()[field] : undefined;
    if (!definition) throw new Error(`${type} has no field ${field}`);
    return definition.type;
  };

  const make = (type: GraphQLOutputType, place: Place): unknown => {
    const { of, field, args, at } = place;
    const hash = hashOf(`${of.type} ${of.n} ${field} ${args} ${at}`);
    if (isNonNullType(type)) return makePresent(type.ofType, place, hash);
    return hash % 7 === 0 ? null : makePresent(type, place, hash);
  };
  const makePresent = (type: GraphQLOutputType, place: Place, hash: number): unknown => {
    if (isNonNullType(type)) return makePresent(type.ofType, place, hash);
    if (isListType(type)) {
      return Array.from({ length: (hash >>> 4) % 4 }, (_, index) =>
        make(type.ofType, { ...place, at: `${place.at}/${index}` }),
      );
    }
    if (isObjectType(type)) return { type: type.name, n: (hash >>> 5) % objectsOfEachType };
    if (isAbstractType(type)) {
      const types = schema.getPossibleTypes(type);
      return { type: types[(hash >>> 9) % types.length]?.name ?? '', n: (hash >>> 5) % objectsOfEachType };
    }
    return leafOf(type, place, hash >>> 3);
  };

  const { resolvable, ...directives } = readDirectives(texts, schema);
  return {
    ...directives,
    value: (of, field, args) => make(fieldType(of, field), { of, field, args: JSON.stringify(args), at: '' }),
    find(subgraph, representation) {
      const keys = resolvable.get(`${subgraph} ${representation['__typename']}`) ?? [];
      if (!keys.some((key) => key.every((field) => representation[field] !== undefined))) {
        throw new Error(`${subgraph} does not resolve ${JSON.stringify(representation)}`);
      }
      for (const value of Object.values(representation)) {
        const [, type, n] = typeof value === 'string' ? (/^(\w+)#(\d+)#\w+$/.exec(value) ?? []) : [];
        if (type !== undefined) return { type, n: Number(n) };
      }
      throw new Error(`nobody can be found by ${JSON.stringify(representation)}`);
    },
    isComposite(of, field) {
      const type = namedOf(fieldType(of, field));
      return isObjectType(type) || isAbstractType(type);
    },
    badValue(of, field) {
      const type = namedOf(fieldType(of, field));
      if (isEnumType(type)) return hashOf(`${of.n}`) % 2 === 0 ? 'HIDDEN' : 'NOPE';
      switch ('name' in type ? type.name : '') {
        case 'Int':
        case 'Float':
          return 'no number';
        case 'Boolean':
          return 'yes';
        case 'JSON':
          return undefined;
        default:
          return { no: 'text' };
      }
    },
  };
};
