/**
 * How many tool calls one response of a model may hold: more than any model is allowed to make, and few enough for
 * every walk over them.
 */
export const maxToolCallsPerResponse = 128;
