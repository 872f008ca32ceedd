/**
 * The order of test files: those that take longest begin first, so that at the end no core waits for one of them. By
 * itself vitest goes by the size of a file, until it remembers a run of this machine.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Beginnings of paths, the longest first; what is not here takes a few seconds. */
const longest: readonly string[] = [
  'tests/web/two-gateways',
  'tests/web/standalone',
  'tests/web/console-pages',
  'tests/system/',
  'tests/web/',
  'tests/docs/snippets',
  'tests/chaos/chaos',
  'tests/house/import-rules',
  'client/',
  'kernel/broker/rabbitmq-broker',
  'kernel/subgraph-server/outage',
  'tests/',
  'standalone/',
  'subgraphs/conversations/',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const path = moduleId.slice(this.ctx.config.root.length + 1);
      const rank = longest.findIndex((beginning) => path.startsWith(beginning));
      return rank === -1 ? longest.length : rank;
    };
    // The sort is stable: within a rank the order stays as vitest has it.
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
