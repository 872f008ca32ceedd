/**
 * What a subgraph answered, checked to be a GraphQL response. Invariant: nothing past this point looks at whether an
 * answer has the right shape, only at whether its data fits the schema.
 */

export interface SubgraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface SubgraphAnswer {
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly errors: readonly SubgraphError[];
  /** True: others hold the same data, so it must be copied before it is changed. */
  readonly isShared: boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPath = (value: unknown): value is (string | number)[] =>
  Array.isArray(value) && value.every((element) => typeof element === 'string' || typeof element === 'number');

const errorOf = (value: unknown): SubgraphError | undefined => {
  if (!isObject(value) || typeof value['message'] !== 'string') return undefined;
  const { message, path, extensions } = value;
  return { message, ...(isPath(path) ? { path } : {}), ...(isObject(extensions) ? { extensions } : {}) };
};

const noErrors: readonly SubgraphError[] = [];

/** Undefined when the value is no GraphQL response. */
export const answerOf = (value: unknown): SubgraphAnswer | undefined => {
  if (!isObject(value)) return undefined;
  const { data, errors } = value;
  if (data !== undefined && data !== null && !isObject(data)) return undefined;
  if (errors === undefined || errors === null) {
    return data === undefined ? undefined : { data: data ?? undefined, errors: noErrors, isShared: false };
  }
  if (!Array.isArray(errors)) return undefined;
  const read = errors.map(errorOf).filter((error) => error !== undefined);
  if (read.length < errors.length || (read.length === 0 && data === undefined)) return undefined;
  return { data: data ?? undefined, errors: read, isShared: false };
};

/** Undefined when the text is no GraphQL response. */
export const parseAnswer = (text: string): SubgraphAnswer | undefined => {
  try {
    return answerOf(JSON.parse(text));
  } catch {
    return undefined;
  }
};
