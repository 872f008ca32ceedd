/** What the page of a test offers to the process that drives it. */
declare global {
  /** The HTML at the end, without colours of code and without formulas, which come when their chunks are loaded. */
  var showVersions: (versions: readonly string[]) => Promise<string>;
}

export {};
