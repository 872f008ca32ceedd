/** A fragment that is deferred. */
export interface DeferredFragment {
  /** Its label in the plan. */
  readonly id: string;
  /** As the client gave it. */
  readonly label: string | undefined;
}
