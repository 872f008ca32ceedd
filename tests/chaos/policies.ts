/** Names that sends and those who prepare them share. */

/** Routes by what is asked, and serves replies again; for the sends that name it. */
export const autoPolicy = 'chaos-auto';

/** MCP servers: tools of the first are called without asking, those of the second never are. */
export const mcpServers = { free: 'free', asks: 'asks' } as const;
/** The tool of each, as models call it. */
export const toolNames = { free: 'free_weather', asks: 'asks_weather' } as const;

/** Of addresses that models must not see. */
export const mailDomain = '@chaos.example';
