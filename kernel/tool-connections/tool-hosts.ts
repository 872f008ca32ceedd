/** The hosts that tools may have although they are not public, as the operator lists them. */
import { z } from 'zod';

export const toolHostsEnvironment = {
  TOOL_PRIVATE_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== ''),
    )
    .describe(
      'Hosts of tools and MCP servers that need neither a public address nor TLS, separated by commas, such as tools.internal or 127.0.0.1:8080. All others need a public address and https. The same for models and workers.',
    ),
};
