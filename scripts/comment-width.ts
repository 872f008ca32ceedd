/**
 * `node scripts/comment-width.ts`: fails when a line of a comment has more than 120 columns. Biome wraps code at 120
 * and leaves comments alone.
 */
import { readProjectFiles } from './project-files.ts';

const columns = 120;

/** How a line of a comment begins, by the file's extension. */
const beginnings: Readonly<Record<string, RegExp>> = {
  ts: /^\s*(\/\*|\*|\/\/)/,
  tsx: /^\s*(\/\*|\*|\/\/)/,
  mjs: /^\s*(\/\*|\*|\/\/)/,
  cjs: /^\s*(\/\*|\*|\/\/)/,
  sql: /^\s*--/,
  yml: /^\s*#/,
  yaml: /^\s*#/,
};

/** Lines of comments that are too long, as `file:line`. A line that is one long word, such as an address, may be. */
export const wideComments = (file: string, text: string): readonly string[] => {
  const beginning = beginnings[file.slice(file.lastIndexOf('.') + 1)];
  if (beginning === undefined) return [];
  return text.split('\n').flatMap((line, index) => {
    const isWide = line.length > columns && beginning.test(line) && line.trim().split(/\s+/).length > 2;
    return isWide ? [`${file}:${index + 1}`] : [];
  });
};

if (import.meta.main) {
  const files = [...readProjectFiles(Object.keys(beginnings))];
  const wide = files.flatMap(([file, text]) =>
    /^client\/(sdk|web\/admin)\/generated\//.test(file) ? [] : wideComments(file, text),
  );
  if (wide.length > 0) {
    process.stderr.write(`Comments wrap at ${columns} columns:\n  ${wide.join('\n  ')}\n`);
    process.exit(1);
  }
}
