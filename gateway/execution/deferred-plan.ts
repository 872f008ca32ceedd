/**
 * A plan with deferred parts, compiled. A part starts when the fetches that it depends on have completed, or, when it
 * depends on none, after the part that contains it. It ends when all the data that it needs is in the tree.
 */
import type { DeferNode, DeferredNode, PlanNode } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import type { SendFetch } from '../upstream/send-fetch.ts';
import type { Execution, Step } from './execution.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { compilePlan } from './plan-steps.ts';

/** The context in which one part's fetches run. */
export interface PartScope {
  readonly send: SendFetch;
  /** Runs all the fetches of the part. */
  within(work: () => Promise<void>): Promise<void>;
}

export interface DeferredPlan {
  /** Ids of the fragments that need fetches of their own. */
  readonly ids: ReadonlySet<string>;
  /** @param partScope is called once for each of the ids. */
  start(first: Execution, partScope: (id: string) => PartScope): RunningPlan;
}

export interface RunningPlan {
  /** The execution of the first part, once all its data is in the tree. Never rejects. */
  readonly first: Promise<Execution>;
  /** Id of a fragment -> its execution, once all its data is in the tree. Never rejects. */
  readonly parts: ReadonlyMap<string, Promise<Execution>>;
}

interface Level {
  readonly step: Step;
  /** Fetches of this level whose completion other parts wait for. */
  readonly announces: readonly string[];
  readonly deferred: readonly Part[];
}

interface Part extends Level {
  readonly id: string;
  readonly depends: readonly string[];
}

const announcedBy = (node: PlanNode | undefined): readonly string[] => {
  if (node?.kind === 'Fetch') return node.id === undefined ? [] : [node.id];
  if (node?.kind === 'Flatten') return announcedBy(node.node);
  return node?.kind === 'Sequence' || node?.kind === 'Parallel' ? node.nodes.flatMap(announcedBy) : [];
};

const fetches = (node: PlanNode | undefined): boolean => {
  if (node?.kind !== 'Defer') return node !== undefined;
  return node.primary.node !== undefined;
};

/** An error without a code, which is masked where it leaves the gateway. */
const unexpected = (fault: unknown): GraphQLError =>
  new GraphQLError('a part failed', { originalError: fault instanceof Error ? fault : new Error(String(fault)) });

export const compileDeferredPlan = (plan: DeferNode, environment: PlanEnvironment): DeferredPlan => {
  const ids = new Set<string>();
  const compilePart = (node: DeferredNode): Part => {
    const { label: id } = node;
    if (id === undefined) throw new Error('the plan has a deferred fragment without a label');
    if (fetches(node.node)) ids.add(id);
    return { ...compileLevel(node.node), id, depends: node.depends.map((fetch) => fetch.id) };
  };
  const compileLevel = (node: PlanNode | undefined): Level => {
    const own = node?.kind === 'Defer' ? node.primary.node : node;
    return {
      step: compilePlan(own, environment),
      announces: announcedBy(own),
      deferred: node?.kind === 'Defer' ? node.deferred.map(compilePart) : [],
    };
  };
  const root = compileLevel(plan);

  return {
    ids,
    start(first, partScope) {
      const announcements = new Map<string, PromiseWithResolvers<void>>();
      const announcementOf = (id: string): PromiseWithResolvers<void> => {
        let announcement = announcements.get(id);
        if (!announcement) {
          announcement = Promise.withResolvers();
          announcements.set(id, announcement);
        }
        return announcement;
      };
      const parts = new Map<string, Promise<Execution>>();

      /** Registers every part at the start, so that a part can be awaited as soon as its fragment is found. */
      const launch = (level: Level, started: Promise<Execution>, run?: PartScope): Promise<Execution> => {
        const ended = started.then(async (execution) => {
          const work = async (): Promise<void> => level.step(execution, [execution.root]);
          try {
            await (run ? run.within(work) : work());
          } catch (fault) {
            execution.isWhole = false;
            execution.errors.push(unexpected(fault));
          }
          // A fetch that was skipped for lack of entities did not announce itself.
          for (const id of level.announces) announcementOf(id).resolve();
          return execution;
        });
        for (const part of level.deferred) {
          const own = ids.has(part.id) ? partScope(part.id) : undefined;
          parts.set(part.id, launch(part, startOf(part, started, ended, own), own));
        }
        return ended;
      };
      const startOf = async (
        { depends }: Part,
        started: Promise<Execution>,
        ended: Promise<Execution>,
        own: PartScope | undefined,
      ): Promise<Execution> => {
        const from = await started;
        await (depends.length === 0 ? ended : Promise.all(depends.map((id) => announcementOf(id).promise)));
        return { ...from, errors: [], send: own?.send ?? from.send };
      };
      const execution: Execution = { ...first, fetched: (id) => announcementOf(id).resolve() };
      return { first: launch(root, Promise.resolve(execution)), parts };
    },
  };
};
