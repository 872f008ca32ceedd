/** Reads the body of an answer in parts, multipart/mixed with the boundary that Apollo Server gives it. */

/** The parts that came so far. */
export const partsIn = (body: string): unknown[] =>
  body
    .split(/\r\n---(?:--)?\r\n/)
    .filter((part) => part !== '')
    .map((part) => JSON.parse(part.slice(part.indexOf('\r\n\r\n'))));
