/** A configured service does not respond at the start. The message is what the process prints before it exits. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The message shows `url` without its password. */
export const startError = ({
  service,
  variable,
  url,
  timeoutMs,
  cause,
}: {
  readonly service: string;
  readonly variable: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly cause: unknown;
}): StartError => {
  const address = url
    .split(',')
    .map((one) => new URL(one).host)
    .join(', ');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(
    `${service} at ${address} did not respond within ${timeoutMs} ms: ${reason}. Is it running, and is ${variable} right?`,
    { cause },
  );
};
