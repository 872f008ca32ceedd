/**
 * When a person has to allow a call of a tool before it is made. Invariant: a tool that says of itself that it changes
 * nothing is asked for only where an administrator wants every call allowed.
 */

/** What administrators choose. AFTER_UNTRUSTED: calls that may change something, once a reply has read a result. */
export const toolApprovals = ['NEVER', 'AFTER_UNTRUSTED', 'ALWAYS'] as const;
export type ToolApproval = (typeof toolApprovals)[number];

/** What a job says of a tool. */
export const neededApprovals = ['AFTER_UNTRUSTED', 'ALWAYS'] as const;
export type NeededApproval = (typeof neededApprovals)[number];

/** Undefined where nobody is asked. */
export const neededApprovalOf = (approval: ToolApproval, readOnly: boolean): NeededApproval | undefined => {
  if (approval === 'ALWAYS') return approval;
  return approval === 'AFTER_UNTRUSTED' && !readOnly ? approval : undefined;
};
