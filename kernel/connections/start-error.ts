/** What a process says, and exits with, when a service that it was told to use does not answer at the start. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** @param url shown without its password. */
export const startError = (
  service: string,
  variable: string,
  url: string,
  timeoutMs: number,
  cause: unknown,
): StartError => {
  const address = url
    .split(',')
    .map((one) => new URL(one).host)
    .join(', ');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(
    `${service} at ${address} did not answer within ${timeoutMs} ms: ${reason}. Is it running, and is ${variable} right?`,
    { cause },
  );
};
