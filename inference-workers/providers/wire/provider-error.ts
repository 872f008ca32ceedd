/** Recognises an error that a provider sends among the events of a reply. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const namesError = (value: unknown): boolean => typeof value === 'string' && /(error|exception)$/i.test(value);
const isErrorStatus = (value: unknown): boolean => typeof value === 'number' && value >= 400;

/**
 * Whether a value that holds nothing of a reply is an error. A sentence alone makes none: servers also say that they
 * load a model.
 */
export const isError = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { error, errors, object, type, message, detail, code, status } = value;
  if (error || object === 'error' || type === 'error') return true;
  if (Array.isArray(errors) && errors.length > 0) return true;
  const hasSentence = typeof message === 'string' || typeof detail === 'string';
  return hasSentence && (namesError(type) || namesError(code) || isErrorStatus(code) || isErrorStatus(status));
};
