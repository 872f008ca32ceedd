/**
 * An operation whose result is delivered in parts: first everything that is not deferred, then each deferred fragment
 * once its fetches have completed and the part that contains it was delivered. Invariant: an error in a part is
 * delivered with that part, and a null propagates no further up than the part.
 */
import type { PlanNode } from '@apollo/query-planner';
import type { DocumentNode, GraphQLError } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { Payer } from '../authentication/payer.ts';
import { decideDeferred, deferVariables, labelDefers } from '../documents/deferred-document.ts';
import type { IsTrue } from '../documents/is-true.ts';
import { type ExecutionInput, weightOfPlan } from './compiled-operation.ts';
import { type FoundPart, partsOf } from './deferred-parts.ts';
import { compileDeferredPlan, type DeferredPlan, type PartScope } from './deferred-plan.ts';
import type { ResultPath } from './entity-paths.ts';
import type { Execution } from './execution.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import {
  createResultBuilder,
  type Decision,
  type Result,
  type ResultBuilder,
  type ResultOptions,
  runImmediately,
  type Variables,
} from './result-builder.ts';

/** One place in the result at which a deferred fragment delivers a part. */
export interface PendingPart {
  /** Id of the fragment in its plan. */
  readonly id: string;
  readonly path: ResultPath;
  /** The client's label. */
  readonly label: string | undefined;
}

export interface PartResult extends Result, PendingPart {}

/** What one deferred fragment delivers, at every place where it stands in what was delivered before. */
export interface FragmentResult {
  readonly id: string;
  readonly parts: readonly PartResult[];
  /** The parts still to come for objects that these parts contain. */
  readonly pending: readonly PendingPart[];
  readonly hasNext: boolean;
}

export interface ResultInParts {
  readonly first: Result;
  /** The parts still to come for objects of the first part. */
  readonly pending: readonly PendingPart[];
  /** In the order in which they complete. Undefined when the first part is everything. */
  readonly rest: AsyncIterable<FragmentResult> | undefined;
}

export interface DeferredExecutionInput extends ExecutionInput {
  /** Called once for each fragment that needs fetches of its own, with the client's label for it. */
  partScope(id: string, label: string | undefined): PartScope;
}

/** Never rejects because of a subgraph. Undefined when nothing is deferred in this execution. */
export type DeferredOperation = (run: DeferredExecutionInput) => Promise<ResultInParts | undefined>;

export interface DeferredOperationOptions extends Omit<ResultOptions, 'deferred'> {
  /** Plans a document in which every `@defer` is labelled. */
  plan(document: DocumentNode, payer: Payer): PlanNode | undefined | Promise<PlanNode | undefined>;
  readonly environment: PlanEnvironment;
}

interface Variant {
  readonly plan: DeferredPlan;
  /** Id of a deferred fragment -> the client's label for it. */
  readonly labels: ReadonlyMap<string, string | undefined>;
  readonly results: ResultBuilder;
  readonly weight: number;
}

/** Whether an error concerns a part: it lies within the part, or above it and so explains what the part lacks. */
const isAbout = ({ path = [] }: GraphQLError, partPath: ResultPath): boolean => {
  const shared = Math.min(path.length, partPath.length);
  return path.slice(0, shared).every((element, index) => element === partPath[index]);
};

export const compileDeferredOperation = (options: DeferredOperationOptions): DeferredOperation => {
  const { schema, document, operation, environment, fields = 0 } = options;
  const { decide } = createResultBuilder({ schema, document, operation }, environment);
  const names = deferVariables(document);
  const defaults = new Set(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? variable.name.value : [],
    ),
  );
  const variants = environment.memory.open<{ readonly variant: Variant | undefined }>();

  /**
   * The planner cannot plan parts that need each other's required fields. The same operation can still be planned as a
   * whole.
   */
  const planOf = async (labelled: DocumentNode, payer: Payer): Promise<PlanNode | undefined> => {
    try {
      return await options.plan(labelled, payer);
    } catch (fault) {
      if (fault instanceof AppError) throw fault;
      return undefined;
    }
  };
  const makeVariant = async (decision: Decision, isOn: IsTrue, payer: Payer): Promise<Variant | undefined> => {
    const labelled = labelDefers(document, operation, isOn);
    if (!labelled) return undefined;
    const node = await planOf(decideDeferred(labelled.document, decision.isTrue), payer);
    if (node?.kind !== 'Defer') return undefined;
    const plan = compileDeferredPlan(node, environment);
    const deferred = new Map([...labelled.deferred].filter(([, { id }]) => plan.ids.has(id)));
    if (deferred.size === 0) return undefined;
    const parts = { schema, document: labelled.document, operation: labelled.operation, deferred, fields };
    const labels = new Map([...deferred.values()].map(({ id, label }) => [id, label]));
    return { plan, labels, results: createResultBuilder(parts, environment), weight: weightOfPlan(node) };
  };
  const variantOf = async (decision: Decision, variables: Variables, payer: Payer): Promise<Variant | undefined> => {
    const isOn = (name: string): boolean =>
      decision.isTrue(name) || (!defaults.has(name) && !Object.hasOwn(variables, name));
    const key = `${decision.key} ${names.map((name) => (isOn(name) ? '1' : '0')).join('')}`;
    const known = variants.get(key);
    if (known) return known.variant;
    const variant = await makeVariant(decision, isOn, payer);
    variants.set(key, { variant }, variant?.weight ?? 0);
    return variant;
  };

  return async ({ variables, send, partScope, payer, runFairly = runImmediately }) => {
    const decision = decide(variables);
    // The path that executes the whole operation reports these errors.
    if ('errors' in decision) return undefined;
    const variant = await variantOf(decision, variables, payer);
    if (!variant) return undefined;
    const { plan, labels, results } = variant;
    const { isTrue } = decision;
    const running = plan.start({ variables, isTrue, root: {}, errors: [], isWhole: true, send }, (id) =>
      partScope(id, labels.get(id)),
    );
    const { root, errors } = await running.first;
    const introspected = await results.introspect(variables, decision, runFairly);
    const first = results.finish(root, errors, introspected, decision);
    const found = partsOf(results.shapeOf(decision), root, first.data, []);
    if (found.length === 0) return { first, pending: [], rest: undefined };

    const finish = (part: FoundPart, { errors: all }: Execution): PartResult => {
      const about = all.filter((error) => isAbout(error, part.path));
      return { ...results.finishPart(part, about, decision), ...pendingPartOf(part) };
    };
    return { first, pending: found.map(pendingPartOf), rest: deliver(found, running.parts, finish) };
  };
};

const pendingPartOf = ({ id, path, label }: FoundPart): PendingPart => ({ id, path, label });

/** Yields parts in the order in which they complete; a part precedes the parts within it. */
async function* deliver(
  found: readonly FoundPart[],
  runs: ReadonlyMap<string, Promise<Execution>>,
  finish: (part: FoundPart, run: Execution) => PartResult,
): AsyncGenerator<FragmentResult, void, undefined> {
  const awaited = new Map<string, Promise<() => Omit<FragmentResult, 'hasNext'>>>();
  const awaitParts = (parts: readonly FoundPart[]): void => {
    for (const [id, group] of Map.groupBy(parts, (part) => part.id)) {
      const run = runs.get(id);
      if (!run) throw new Error(`nothing runs for the deferred fragment ${id}`);
      awaited.set(
        id,
        run.then((execution) => () => {
          awaited.delete(id);
          const results = group.map((part) => ({ part, result: finish(part, execution) }));
          // All at once: the parts that one fragment contains form one group, wherever the fragment stands.
          const within = results.flatMap(({ part, result }) =>
            partsOf(part.selected, part.tree, result.data, part.path),
          );
          awaitParts(within);
          return { id, parts: results.map(({ result }) => result), pending: within.map(pendingPartOf) };
        }),
      );
    }
  };
  awaitParts(found);
  while (awaited.size > 0) {
    const take = await Promise.race(awaited.values());
    const fragment = take();
    yield { ...fragment, hasNext: awaited.size > 0 };
  }
}
