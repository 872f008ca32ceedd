/** Chooses the tenant's tools that a reply may call. */

import type { Tool } from '#contracts/generation-job.ts';
import { AppError } from '#kernel/errors.ts';

/**
 * All of them, or those that the client names. Throws BAD_USER_INPUT for a tool that does not exist or is disabled.
 * @param tools what the models subgraph returned. When names are given, these are all enabled tools, because the route
 * then requires a model that can call tools.
 * @param names undefined for all tools
 */
export const chooseTools = (tools: readonly Tool[], names: readonly string[] | undefined): readonly Tool[] => {
  if (names === undefined) return tools;
  const unknown = names.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown !== undefined) {
    throw new AppError(
      'BAD_USER_INPUT',
      'One of the tools does not exist, or is switched off. The query "callableTools" lists them.',
      {
        argument: 'tools',
      },
    );
  }
  return tools.filter(({ name }) => names.includes(name));
};
