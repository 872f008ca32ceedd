/**
 * An operation that is answered in parts: first what is not deferred, then each deferred fragment when its fetches have
 * answered and what it is a part of was told. Invariant: an error of a part is told with that part, and a null goes no
 * further up than the part.
 */
import type { PlanNode } from '@apollo/query-planner';
import type { DocumentNode, GraphQLError } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { Asker } from '../planning/planner.ts';
import {
  type AnswerMaker,
  type AnswerOptions,
  atOnce,
  createAnswerMaker,
  type Decision,
  type IsTrue,
  type Result,
  type Variables,
} from './answer.ts';
import { type Run, weightOfPlan } from './compiled-operation.ts';
import { decideDeferred, deferVariables, labelDefers } from './deferred-document.ts';
import { type FoundPart, partsOf } from './deferred-places.ts';
import { compileDeferredPlan, type DeferredPlan, type PartRun } from './deferred-plan.ts';
import type { Place } from './entity-places.ts';
import type { Execution } from './execution.ts';
import type { PlanEnvironment } from './plan-environment.ts';

/** Where a deferred fragment gives a part. */
export interface PartPlace {
  /** Of the fragment, in its plan. */
  readonly id: string;
  readonly path: Place;
  /** The client's. */
  readonly label: string | undefined;
}

export interface PartResult extends Result, PartPlace {}

/** What one deferred fragment gave, wherever it stands in what was told before. */
export interface FragmentResult {
  readonly id: string;
  readonly parts: readonly PartResult[];
  /** What will come for the objects that these parts brought. */
  readonly pending: readonly PartPlace[];
  readonly hasNext: boolean;
}

export interface ResultInParts {
  readonly first: Result;
  /** What will come for the objects of the first part. */
  readonly pending: readonly PartPlace[];
  /** In the order in which they come. Undefined when the first part is all. */
  readonly rest: AsyncIterable<FragmentResult> | undefined;
}

export interface RunInParts extends Run {
  /** Asked once for each fragment that has fetches of its own, with the client's label for it. */
  partRun(id: string, label: string | undefined): PartRun;
}

/** Never rejects for what a subgraph does. Undefined when nothing is deferred in this run. */
export type DeferredOperation = (run: RunInParts) => Promise<ResultInParts | undefined>;

export interface DeferredOperationOptions extends Omit<AnswerOptions, 'deferred'> {
  /** Plans a document with its `@defer`, all of it labelled. */
  plan(document: DocumentNode, asker: Asker): PlanNode | undefined | Promise<PlanNode | undefined>;
  readonly environment: PlanEnvironment;
}

interface Variant {
  readonly plan: DeferredPlan;
  /** What the client calls each deferred fragment, by id. */
  readonly labels: ReadonlyMap<string, string | undefined>;
  readonly answers: AnswerMaker;
  readonly weight: number;
}

/** Whether an error is about a part: in it, or above it, so that it explains what the part lacks. */
const isAbout = ({ path = [] }: GraphQLError, place: Place): boolean => {
  const shared = Math.min(path.length, place.length);
  return path.slice(0, shared).every((element, index) => element === place[index]);
};

export const compileDeferredOperation = (options: DeferredOperationOptions): DeferredOperation => {
  const { schema, document, operation, environment, fields = 0 } = options;
  const { decide } = createAnswerMaker({ schema, document, operation }, environment);
  const names = deferVariables(document);
  const defaults = new Set(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? variable.name.value : [],
    ),
  );
  const variants = environment.memory.open<{ readonly variant: Variant | undefined }>();

  /** The planner gives up on parts that need each other's required fields; whole, it can plan them. */
  const planOf = async (labelled: DocumentNode, asker: Asker): Promise<PlanNode | undefined> => {
    try {
      return await options.plan(labelled, asker);
    } catch (fault) {
      if (fault instanceof AppError) throw fault;
      return undefined;
    }
  };
  const makeVariant = async (decision: Decision, isOn: IsTrue, asker: Asker): Promise<Variant | undefined> => {
    const labelled = labelDefers(document, operation, isOn);
    if (!labelled) return undefined;
    const node = await planOf(decideDeferred(labelled.document, decision.isTrue), asker);
    if (node?.kind !== 'Defer') return undefined;
    const plan = compileDeferredPlan(node, environment);
    const deferred = new Map([...labelled.deferred].filter(([, { id }]) => plan.ids.has(id)));
    if (deferred.size === 0) return undefined;
    const parts = { schema, document: labelled.document, operation: labelled.operation, deferred, fields };
    const labels = new Map([...deferred.values()].map(({ id, label }) => [id, label]));
    return { plan, labels, answers: createAnswerMaker(parts, environment), weight: weightOfPlan(node) };
  };
  const variantOf = async (decision: Decision, variables: Variables, asker: Asker): Promise<Variant | undefined> => {
    const isOn = (name: string): boolean =>
      decision.isTrue(name) || (!defaults.has(name) && !Object.hasOwn(variables, name));
    const key = `${decision.key} ${names.map((name) => (isOn(name) ? '1' : '0')).join('')}`;
    const known = variants.get(key);
    if (known) return known.variant;
    const variant = await makeVariant(decision, isOn, asker);
    variants.set(key, { variant }, variant?.weight ?? 0);
    return variant;
  };

  return async ({ variables, send, partRun, asker, inTurn = atOnce }) => {
    const decision = decide(variables);
    // Whoever answers it whole says what is wrong.
    if ('errors' in decision) return undefined;
    const variant = await variantOf(decision, variables, asker);
    if (!variant) return undefined;
    const { plan, labels, answers } = variant;
    const { isTrue } = decision;
    const running = plan.start({ variables, isTrue, root: {}, errors: [], isWhole: true, send }, (id) =>
      partRun(id, labels.get(id)),
    );
    const { root, errors } = await running.first;
    const introspected = await answers.introspect(variables, decision, inTurn);
    const first = answers.finish(root, errors, introspected, decision);
    const found = partsOf(answers.shapeOf(decision), root, first.data, []);
    if (found.length === 0) return { first, pending: [], rest: undefined };

    const finish = (part: FoundPart, { errors: all }: Execution): PartResult => {
      const about = all.filter((error) => isAbout(error, part.place));
      return { ...answers.finishPart(part, about, decision), ...placeOf(part) };
    };
    return { first, pending: found.map(placeOf), rest: deliver(found, running.parts, finish) };
  };
};

const placeOf = ({ id, place, label }: FoundPart): PartPlace => ({ id, path: place, label });

/** Parts in the order in which they come; those of a part after it. */
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
          // All at once: what a fragment has within it is one group, wherever the fragment stands.
          const within = results.flatMap(({ part, result }) =>
            partsOf(part.selected, part.tree, result.data, part.place),
          );
          awaitParts(within);
          return { id, parts: results.map(({ result }) => result), pending: within.map(placeOf) };
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
