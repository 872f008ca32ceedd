/**
 * Rewrites a subscription once so that the cursor's argument is a variable of the gateway's own. Starting and resuming
 * after any event then use the same document with different variables, whether the client passed the argument as a
 * literal, by a variable, by a default, or not at all.
 */
import {
  type ArgumentNode,
  astFromValue,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLSchema,
  getNamedType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  TypeInfo,
  type VariableDefinitionNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

export interface ResumableDocument {
  readonly query: string;
  /** Variables for the first start: the client's, and the gateway's own with the value that the client passed. */
  start(variables: Variables): Variables;
  /** Variables to resume after an event. @param cursor its `extensions.cursor`. */
  resume(variables: Variables, cursor: string): Variables;
  /** Whether a text from outside is a valid cursor. */
  accepts(cursor: string): boolean;
  /** Name of the gateway's own variable. */
  readonly variable: string;
  /**
   * The position at which it starts with these variables; equal for equal positions. Undefined where nothing determines
   * it, not even a default.
   */
  position(variables: Variables): string | undefined;
}

const operationOf = (document: DocumentNode): OperationDefinitionNode | undefined =>
  document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);

const unusedName = (taken: ReadonlySet<string>): string => {
  let name = 'resumeAfter';
  while (taken.has(name)) name += '_';
  return name;
};

const variablesIn = (document: DocumentNode): ReadonlySet<string> => {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      names.add(name.value);
    },
  });
  return names;
};

/**
 * Nullable where the argument has a default, which becomes the variable's, so the variable is optional when the
 * argument is.
 */
const definitionFor = (name: string, argument: GraphQLArgument): VariableDefinitionNode => {
  const byDefault =
    argument.defaultValue === undefined ? undefined : astFromValue(argument.defaultValue, argument.type);
  const type = byDefault && isNonNullType(argument.type) ? argument.type.ofType : argument.type;
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: parseType(String(type)),
    ...(byDefault ? { defaultValue: parseConst(byDefault) } : {}),
  };
};
const parseConst = (
  value: NonNullable<ReturnType<typeof astFromValue>>,
): NonNullable<VariableDefinitionNode['defaultValue']> => {
  const parsed = operationOf(parse(`query ($v: X = ${print(value)}) { f }`))?.variableDefinitions?.[0]?.defaultValue;
  if (!parsed) throw new Error('a default value is always a constant');
  return parsed;
};

/**
 * @param query one operation with its fragments, valid in `schema`, the schema of the subgraph that gets it.
 * @param argumentOf the field's argument that takes the cursor. Undefined when the root field is not resumable.
 */
export const createResumableDocument = (
  query: string,
  schema: GraphQLSchema,
  argumentOf: ReadonlyMap<string, string>,
): ResumableDocument | undefined => {
  const document = parse(query);
  const definitions = operationOf(document)?.variableDefinitions ?? [];
  const name = unusedName(new Set(definitions.map(({ variable }) => variable.name.value)));
  let argument: GraphQLArgument | undefined;
  let given: ArgumentNode | undefined;

  const typeInfo = new TypeInfo(schema);
  const rewritten = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: (node) => {
        if (typeInfo.getParentType() !== schema.getSubscriptionType()) return undefined;
        const cursorArgument = argumentOf.get(node.name.value);
        const found = typeInfo.getFieldDef()?.args.find((one) => one.name === cursorArgument);
        if (!found) return undefined;
        argument = found;
        given = node.arguments?.find((one) => one.name.value === cursorArgument);
        const own: ArgumentNode = {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: found.name },
          value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
        };
        return { ...node, arguments: [...(node.arguments ?? []).filter((one) => one !== given), own] };
      },
    }),
  );
  if (!argument) return undefined;

  const used = variablesIn(rewritten);
  const ownDefinition = definitionFor(name, argument);
  const complete = visit(rewritten, {
    OperationDefinition: (node) => ({
      ...node,
      variableDefinitions: [
        ...(node.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
        ownDefinition,
      ],
    }),
  });
  const isNumber = ['Int', 'Float'].includes(getNamedType(argument.type).name);
  const byDefault = new Map(
    definitions.map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue ? valueFromASTUntyped(defaultValue) : undefined,
    ]),
  );
  const initial = (variables: Variables): unknown => {
    if (!given) return undefined;
    if (given.value.kind !== Kind.VARIABLE) return valueFromASTUntyped(given.value, { ...variables });
    const variable = given.value.name.value;
    return variables[variable] === undefined ? byDefault.get(variable) : variables[variable];
  };
  const byItself = argument.defaultValue;
  const stillUsed = (variables: Variables): Variables =>
    Object.fromEntries(Object.entries(variables).filter(([variable]) => used.has(variable)));
  return {
    query: print(complete),
    variable: name,
    position(variables) {
      const value = variables[name] === undefined ? byItself : variables[name];
      return value === undefined || value === null ? undefined : JSON.stringify(value);
    },
    start(variables) {
      const value = initial(variables);
      return value === undefined ? stillUsed(variables) : { ...stillUsed(variables), [name]: value };
    },
    accepts: (cursor) => !isNumber || /^\d{1,15}$/.test(cursor),
    resume: (variables, cursor) => ({ ...stillUsed(variables), [name]: isNumber ? Number(cursor) : cursor }),
  };
};
