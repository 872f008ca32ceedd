/** What the secret of a tool is sealed for: models seals it, and workers open it. */
export const toolSecretPurpose = (tenantId: string, toolName: string): string => `${tenantId}|tool|${toolName}`;
