/** The terms on which summaries replace turns. */

/**
 * Names how summaries are asked for and framed. Raise it when a change makes stored summaries unusable: they are not
 * found any more.
 */
export const summaryVersion = 1;

/** Messages at the end of a branch that prompts always have word for word: the last two turns. */
export const keptMessages = 4;

/** Summaries that one conversation keeps, the newest ones. More are only needed for branches of long ago. */
export const summariesKept = 32;

/** Milliseconds after which a job that brought no summary counts as failed, and a reply may lead to another. */
export const summaryBackoffMs = 600_000;
