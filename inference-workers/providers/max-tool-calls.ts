/**
 * Tool calls that one response of a model may hold: more than any model needs, and few enough to iterate over often.
 */
export const maxToolCallsPerResponse = 128;
