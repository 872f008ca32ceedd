/**
 * Reads text/event-stream from pieces of text that may end anywhere, and returns each complete event once. Comments are
 * skipped.
 */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Returns the events that a piece of text completes. */
export const createEventStreamParser = (): ((piece: string) => ServerEvent[]) => {
  let rest = '';
  let event = '';
  let data: string[] = [];

  const takeLine = (line: string): ServerEvent | undefined => {
    if (line === '') {
      const whole = data.length > 0 ? { event: event || 'message', data: data.join('\n') } : undefined;
      event = '';
      data = [];
      return whole;
    }
    const at = line.indexOf(':');
    const field = at === -1 ? line : line.slice(0, at);
    const value = at === -1 ? '' : line.slice(at + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
    return undefined;
  };

  return (piece) => {
    const text = rest + piece;
    // The line feed of a CR LF may still be on its way.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + text.slice(whole.length);
    return lines.map(takeLine).filter((found) => found !== undefined);
  };
};
