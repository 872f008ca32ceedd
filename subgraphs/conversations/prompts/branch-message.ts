/** A message of a branch as prompts are made of it, and whether they show it. */
import { z } from 'zod';
import { fileKinds } from '#contracts/files.ts';
import { messageRoles, messageStatuses } from '../entities.ts';

const attachmentSchema = z.object({
  fileId: z.string(),
  name: z.string(),
  kind: z.enum(fileKinds),
  textLength: z.int().nullable(),
});

const branchMessageSchema = z.object({
  role: z.enum(messageRoles),
  content: z.string(),
  status: z.enum(messageStatuses),
  attachments: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .or(z.array(z.unknown()))
    .pipe(z.array(attachmentSchema).readonly())
    .nullish(),
});
export const branchMessagesSchema = z.array(branchMessageSchema);
export type BranchMessage = Readonly<z.infer<typeof branchMessageSchema>>;

/** Blocked and empty messages are left out of prompts. */
export const isShownToModel = (message: BranchMessage): boolean =>
  message.content.length > 0 && message.status !== 'BLOCKED';

/** Whether models need to see to read the message. */
export const hasPictures = ({ attachments }: Pick<BranchMessage, 'attachments'>): boolean =>
  attachments?.some(({ kind }) => kind === 'IMAGE') ?? false;
