/**
 * Checks the arguments of a call against the parameters of its tool, before anything is sent. The model gets what does
 * not fit, and can correct its call. Parameters that cannot be checked within bounds (kernel/json-schema) are left to
 * the tool.
 */
import type { Tool } from '#contracts/generation-job.ts';
import { readSchema, SchemaFault } from '#kernel/json-schema/bounded-schema.ts';
import { checkValue, type Misfits } from '#kernel/json-schema/check-value.ts';
import { parseArguments } from './parse-arguments.ts';
import { ToolFault } from './tool-fault.ts';

const misfitsIn = (parameters: Tool['parameters'], value: unknown): Misfits => {
  try {
    return checkValue(readSchema(parameters), value);
  } catch (fault) {
    if (!(fault instanceof SchemaFault)) throw fault;
    return [];
  }
};

/** Whether the tool can be called with what a model wrote. */
export const areArguments = (tool: Pick<Tool, 'parameters'>, text: string): boolean => {
  const value = parseArguments(text);
  return value !== undefined && misfitsIn(tool.parameters, value).length === 0;
};

/** Throws a ToolFault. */
export const checkArguments = (
  { parameters }: Pick<Tool, 'parameters'>,
  value: Readonly<Record<string, unknown>>,
): void => {
  const misfits = misfitsIn(parameters, value);
  if (misfits.length > 0) throw new ToolFault('MISFIT', `\n${misfits.join('\n')}`);
};
