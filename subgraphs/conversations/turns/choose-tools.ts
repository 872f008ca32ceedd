/** Which of the tenant's tools a message may use. */
import { AppError } from '#kernel/errors.ts';
import type { Tool } from '#kernel/messages/generation-job.ts';

/**
 * All of them, or those that the client names. Throws BAD_USER_INPUT for a name that the tenant has not, or has switched off.
 * @param tools what models told; it knows them all when names are given, because then a model that can call them is required.
 */
export const chooseTools = (tools: readonly Tool[], names: readonly string[] | undefined): readonly Tool[] => {
  if (names === undefined) return tools;
  const unknown = names.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown !== undefined) {
    throw new AppError(
      'BAD_USER_INPUT',
      'One of the tools does not exist, or is switched off. The query "tools" lists them.',
      {
        argument: 'tools',
      },
    );
  }
  return tools.filter(({ name }) => names.includes(name));
};
