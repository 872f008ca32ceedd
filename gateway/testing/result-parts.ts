/** Reads the body of a result in parts: multipart/mixed with the boundary that Apollo Server uses. */

/** The parts that have arrived so far. */
export const partsIn = (body: string): unknown[] =>
  body
    .split(/\r\n---(?:--)?\r\n/)
    .filter((part) => part !== '')
    .map((part) => JSON.parse(part.slice(part.indexOf('\r\n\r\n'))));
