/** Recognises an error that a provider sends in place of an event or a response. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Whether a value that holds nothing of a reply is an error. It may have any other form, and is then ignored. */
export const isError = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { error, object, type, message, detail, errors } = value;
  if (error || object === 'error' || type === 'error') return true;
  return typeof message === 'string' || typeof detail === 'string' || Array.isArray(detail) || Array.isArray(errors);
};
