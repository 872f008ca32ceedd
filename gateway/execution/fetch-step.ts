/**
 * One fetch of a plan, compiled. The text of its body is prepared once, apart from its variables and representations.
 * Equal representations are sent once, and each entity that they stand for receives the response, all but one of them
 * as a copy.
 */
import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { AppError } from '#kernel/errors.ts';
import type { SubgraphResponse } from '../upstream/subgraph-response.ts';
import { createEntityGrouping } from './entity-groups.ts';
import type { Execution, Step } from './execution.ts';
import { addEntityErrors, addErrors, addFault } from './fetch-errors.ts';
import { type PlanEnvironment, withRealFields } from './plan-environment.ts';
import { compileRepresentation } from './representations.ts';
import { copyTree, isTree, mergeInto, type ResponseTree } from './response-tree.ts';
import { compileRewrites } from './rewrites.ts';

/** Writes `"name":value,…` for the variables that have a value. */
const writeVariables = (names: readonly string[]): ((execution: Execution) => string) => {
  const heads = names.map((name) => `${JSON.stringify(name)}:`);
  return ({ variables }) => {
    let text = '';
    for (const [index, name] of names.entries()) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value !== undefined) text += `${text === '' ? '' : ','}${heads[index]}${JSON.stringify(value)}`;
    }
    return text;
  };
};

const headOf = ({ operation, operationName }: FetchNode, { syntheticFields }: PlanEnvironment): string =>
  `{"query":${JSON.stringify(withRealFields(operation, syntheticFields))}${
    operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`
  },"variables":{`;

/** Data that nobody else holds. */
const ownData = ({ data, isShared }: SubgraphResponse): ResponseTree | undefined => {
  const own = isShared ? copyTree(data) : data;
  return isTree(own) ? own : undefined;
};

/** Iterates backwards: the first target receives the data itself, after the other targets' copies are made. */
const mergeEverywhere = (targets: readonly ResponseTree[], data: ResponseTree): void => {
  for (let index = targets.length - 1; index >= 0; index -= 1) {
    const target = targets[index];
    const own = index === 0 ? data : copyTree(data);
    if (target && isTree(own)) mergeInto(target, own);
  }
};

const compilePlainFetch = (node: FetchNode, base: ResponsePath, environment: PlanEnvironment): Step => {
  const { serviceName } = node;
  const isMutation = node.operationKind === 'mutation';
  const names = node.variableUsages ?? [];
  const head = headOf(node, environment);
  const whole = names.length === 0 ? `${head}}}` : undefined;
  const variablesOf = writeVariables(names);
  const rewriteResponse = compileRewrites(node.outputRewrites, environment.passes);
  return async (execution, targets) => {
    try {
      const body = whole ?? `${head}${variablesOf(execution)}}}`;
      const response = await execution.send(serviceName, body, isMutation);
      if (response.errors.length > 0) addErrors(execution, serviceName, base, response.errors);
      const data = ownData(response);
      if (!data) return;
      rewriteResponse?.(data);
      mergeEverywhere(targets, data);
    } catch (fault) {
      addFault(execution, serviceName, base, fault);
    }
  };
};

const entitiesOf = (subgraph: string, data: ResponseTree, count: number): readonly unknown[] => {
  const entities = data['_entities'];
  if (Array.isArray(entities) && entities.length === count) return entities;
  throw new AppError('SUBGRAPH_INVALID_RESPONSE', 'A part of the service returned a response that cannot be used.', {
    cause: new Error(`${subgraph} did not return the ${count} entities that it was asked for`),
  });
};

const compileEntityFetch = (
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  base: ResponsePath,
  environment: PlanEnvironment,
): Step => {
  const { passes, isObjectType } = environment;
  const { serviceName } = node;
  const head = headOf(node, environment);
  const variablesOf = writeVariables(node.variableUsages ?? []);
  const group = createEntityGrouping(
    compileRepresentation(requires, compileRewrites(node.inputRewrites, passes), environment),
  );
  const rewriteResponse = compileRewrites(node.outputRewrites, passes);

  return async (execution, targets) => {
    const { groups, text } = group(targets, execution.isWhole);
    if (groups.length === 0) return;
    try {
      const variables = variablesOf(execution);
      const body = `${head}${variables}${variables === '' ? '' : ','}"representations":[${text}]}}`;
      const response = await execution.send(serviceName, body, false);
      if (response.errors.length > 0) {
        addEntityErrors(execution, { subgraph: serviceName, base, groups }, response.errors);
      }
      const data = ownData(response);
      if (!data) {
        execution.isWhole = false;
        return;
      }
      const entities = entitiesOf(serviceName, data, groups.length);
      for (const [index, alike] of groups.entries()) {
        const entity = entities[index];
        if (!isTree(entity)) {
          execution.isWhole = false;
          continue;
        }
        if (rewriteResponse) {
          entity['__typename'] ??= alike[0]?.['__typename'];
          rewriteResponse(entity);
        }
        // A subgraph that knows the entity by its interface alone must not overwrite its type.
        const given = entity['__typename'];
        if (typeof given === 'string' && !isObjectType(given)) delete entity['__typename'];
        mergeEverywhere(alike, entity);
      }
    } catch (fault) {
      addFault(execution, serviceName, base, fault);
    }
  };
};

/** @param base the path of the fetch's target objects. */
export const compileFetch = (node: FetchNode, base: ResponsePath, environment: PlanEnvironment): Step =>
  node.requires
    ? compileEntityFetch(node, node.requires, base, environment)
    : compilePlainFetch(node, base, environment);
