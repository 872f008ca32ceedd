/** A message of a branch as prompts are made of it, and whether they show it. */
import { z } from 'zod';
import { messageRoles, messageStatuses } from '../entities.ts';

const branchMessageSchema = z.object({
  role: z.enum(messageRoles),
  content: z.string(),
  status: z.enum(messageStatuses),
});
export const branchMessagesSchema = z.array(branchMessageSchema);
export type BranchMessage = Readonly<z.infer<typeof branchMessageSchema>>;

/** Blocked and empty messages are left out of prompts. */
export const isShownToModel = (message: BranchMessage): boolean =>
  message.content.length > 0 && message.status !== 'BLOCKED';
