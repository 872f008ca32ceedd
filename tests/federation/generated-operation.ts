/**
 * A random operation that is valid in a schema, made from a tape of numbers. A tape that has ended yields zeros, and
 * zero always selects the least: a shorter tape is a smaller operation, so shrinking tapes shrinks operations.
 */
import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isNonNullType,
  isUnionType,
  parse,
  validate,
} from 'graphql';

export interface GeneratedOperation {
  readonly text: string;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Tape {
  /** A number below `limit`. */
  next(limit: number): number;
}

const createTape = (numbers: readonly number[]): Tape => {
  let at = 0;
  return {
    next(limit) {
      const number = numbers[at] ?? 0;
      at += 1;
      return number % limit;
    },
  };
};

/** Names that every object inherits. */
const oddAliases = ['', '__proto__: ', 'constructor: ', 'id: '];
const deepest = 5;
const mostFields = 18;

const write = (schema: GraphQLSchema, tape: Tape, aliasAll: boolean): Omit<GeneratedOperation, 'document'> => {
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fragments: { readonly name: string; readonly type: string; readonly text: string }[] = [];
  let fields = 0;
  let aliases = 0;

  const variable = (type: string, byDefault: string, value: unknown): string => {
    const name = `v${definitions.length}`;
    const how = tape.next(3);
    definitions.push(`$${name}: ${type}${how === 1 ? ` = ${byDefault}` : ''}`);
    if (how !== 1 || tape.next(2) === 1) variables[name] = value;
    return `$${name}`;
  };

  const directives = (): string => {
    if (tape.next(6) !== 1) return '';
    const directive = tape.next(2) === 0 ? 'include' : 'skip';
    const value = tape.next(2) === 0;
    const condition = tape.next(3) === 0 ? String(value) : variable('Boolean!', 'true', value);
    return ` @${directive}(if: ${condition})`;
  };

  const argument = ({ name, type }: GraphQLArgument): string | undefined => {
    if (!isNonNullType(type) && tape.next(2) === 0) return undefined;
    const named = getNamedType(type);
    const number = tape.next(4);
    if (isEnumType(named)) {
      const value = named.getValues()[number % named.getValues().length]?.name ?? '';
      return `${name}: ${tape.next(2) === 0 ? value : variable(String(type), value, value)}`;
    }
    const literal = named.name === 'Boolean' ? number % 2 === 0 : named.name === 'Int' ? number : `text ${number}`;
    const text = JSON.stringify(literal);
    return `${name}: ${tape.next(2) === 0 ? text : variable(String(type), text, literal)}`;
  };

  const oneField = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    fields += 1;
    const named = getNamedType(field.type);
    const args = field.args.map(argument).filter((arg) => arg !== undefined);
    const how = tape.next(aliasAll ? 1 : 8);
    const alias = aliasAll ? `x${aliases++}: ` : (oddAliases[how] ?? '');
    const inner = isCompositeType(named) ? ` ${selectionSet(named, depth + 1)}` : '';
    return `${alias}${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${directives()}${inner}`;
  };

  const fragment = (type: GraphQLCompositeType, depth: number): string => {
    const known = fragments.filter((one) => one.type === type.name);
    const reused = known[tape.next(4)];
    if (reused) return `...${reused.name}${directives()}`;
    const others = isAbstractType(type)
      ? schema.getPossibleTypes(type)
      : 'getInterfaces' in type
        ? type.getInterfaces()
        : [];
    const condition = [type, ...others][tape.next(others.length + 1)] ?? type;
    const inner = selectionSet(condition, depth);
    if (tape.next(3) !== 1) {
      return `...${condition === type && tape.next(2) === 0 ? '' : ` on ${condition.name}`}${directives()} ${inner}`;
    }
    const name = `F${fragments.length}`;
    fragments.push({ name, type: condition.name, text: `fragment ${name} on ${condition.name} ${inner}` });
    return `...${name}${directives()}`;
  };

  const selectionSet = (type: GraphQLCompositeType, depth: number): string => {
    const all = isUnionType(type) ? [] : Object.values(type.getFields());
    const leaves = all.filter((field) => !isCompositeType(getNamedType(field.type)));
    const selections: string[] = [];
    const count = 1 + tape.next(depth < 2 ? 5 : 4);
    for (let index = 0; index < count; index += 1) {
      const isFull = fields >= mostFields;
      const isDeep = depth >= deepest || isFull;
      const pool = isDeep ? leaves : all;
      const choice = isFull && selections.length > 0 ? -1 : tape.next(pool.length + 3);
      const field = pool[choice];
      if (field) selections.push(oneField(field, depth));
      else if (choice > pool.length && !isDeep) selections.push(fragment(type, depth));
      else if (choice >= 0) selections.push('__typename');
    }
    return `{ ${selections.length === 0 ? '__typename' : selections.join(' ')} }`;
  };

  const mutation = schema.getMutationType();
  const query = schema.getQueryType();
  const isMutation = tape.next(8) === 7 && mutation;
  const root = isMutation ? mutation : query;
  if (!root) throw new Error('the schema has no queries');
  const body = selectionSet(root, 0);
  const introspection =
    !isMutation && tape.next(12) === 1 ? ' __schema { queryType { name } } __type(name: "Query") { kind }' : '';
  const head = `${isMutation ? 'mutation' : 'query'}${definitions.length === 0 ? '' : `(${definitions.join(', ')})`}`;
  const text = `${head} ${body.slice(0, -1)}${introspection}} ${fragments.map((one) => one.text).join(' ')}`;
  return { text, variables };
};

/** Undefined when the tape yields no valid operation. */
export const generateOperation = (
  schema: GraphQLSchema,
  numbers: readonly number[],
): GeneratedOperation | undefined => {
  for (const aliasAll of [false, true]) {
    const written = write(schema, createTape(numbers), aliasAll);
    const document = parse(written.text, { noLocation: true });
    if (validate(schema, document).length === 0) return { ...written, document };
  }
  return undefined;
};
