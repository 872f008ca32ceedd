/** Sends fetches to the subgraphs of a generated graph, in the forms that the two gateways take. */
import type { ServiceMap } from '@apollo/gateway';
import { AppError } from '#kernel/errors.ts';
import type { SchemaGeneration } from '../../gateway/supergraph/schema-generation.ts';
import type { SendFetch } from '../../gateway/upstream/send-fetch.ts';
import type { SubgraphResponse } from '../../gateway/upstream/subgraph-response.ts';
import type { Faults } from './faults.ts';
import { executeFetch, type SubgraphFetchRequest } from './subgraph-executor.ts';
import type { World } from './world.ts';

export interface SubgraphFetches {
  sendWith(faults: Faults): SendFetch;
  /** The subgraphs as services of @apollo/gateway. */
  servicesWith(faults: Faults): ServiceMap;
}

const nextIteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createSubgraphFetches = (
  { subgraphSchema, subgraphUrls }: Pick<SchemaGeneration, 'subgraphSchema' | 'subgraphUrls'>,
  world: World,
): SubgraphFetches => {
  const fetch = async (name: string, request: SubgraphFetchRequest, faults: Faults): Promise<SubgraphResponse> => {
    for (let { delay } = faults.ofFetch(name, request.query); delay > 0; delay -= 1) await nextIteration();
    const result = executeFetch({ name, schema: subgraphSchema(name), world, faults }, request);
    // As it arrives over a network: nothing is shared, and undefined values are missing.
    return JSON.parse(JSON.stringify(result));
  };
  return {
    sendWith: (faults) => (name, body) =>
      fetch(name, JSON.parse(body), faults).catch((cause: unknown) => {
        if (!(cause instanceof TypeError) || cause.message !== 'down') throw cause;
        throw new AppError('SUBGRAPH_UNAVAILABLE', 'down', { cause });
      }),
    servicesWith(faults) {
      const services: ServiceMap = {};
      for (const name of subgraphUrls.keys()) {
        services[name] = {
          async process({ request }) {
            const { query = '', variables = {} } = request;
            const { data, errors } = await fetch(name, { query, variables }, faults);
            return {
              ...(data === undefined ? {} : { data }),
              ...(errors.length === 0 ? {} : { errors: errors.map((error) => ({ ...error })) }),
            };
          },
        };
      }
      return services;
    },
  };
};
