/**
 * `node scripts/folder-circles.ts`: fails when folders import each other in a circle, types included. A folder is one
 * part of a service, of the kernel or of a client package, such as `gateway/limits` or `client/sdk/transports`; the
 * files beside such folders, which compose them or lie below all of them, belong to none. Tests count: one that needs a
 * higher folder belongs there.
 */
import { dirname, join, normalize } from 'node:path';
import { readProjectFiles } from './project-files.ts';

/** The folder of a file; undefined for one that lies beside the folders, or in `fixtures`, which are above them. */
export const folderOf = (file: string): string | undefined =>
  /^(?:(?:gateway|kernel|inference-workers|standalone)\/(?!fixtures\/)[^/]+|(?:subgraphs|client)\/[^/]+\/[^/]+)(?=\/)/.exec(
    file,
  )?.[0];

/** The files of this project that a file imports. */
const importsOf = (file: string, text: string): readonly string[] =>
  [...text.matchAll(/\bfrom '([^']+)'/g)].flatMap(([, path = '']) => {
    if (path.startsWith('#')) return [path.slice(1)];
    return path.startsWith('.') ? [normalize(join(dirname(file), path))] : [];
  });

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** File -> text. */
export const folderGraph = (files: ReadonlyMap<string, string>): Graph => {
  const graph = new Map<string, Set<string>>();
  for (const [file, text] of files) {
    const from = folderOf(file);
    if (from === undefined) continue;
    const targets = graph.get(from) ?? new Set<string>();
    graph.set(from, targets);
    for (const imported of importsOf(file, text)) {
      const to = folderOf(imported);
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  return graph;
};

/** One circle for each folder that is in any, as `a -> b -> a`. */
export const folderCircles = (graph: Graph): readonly string[] => {
  const shortestBack = (start: string): string | undefined => {
    const queue: string[][] = [[start]];
    const seen = new Set<string>();
    for (let way = queue.shift(); way; way = queue.shift()) {
      for (const next of graph.get(way.at(-1) ?? '') ?? []) {
        if (next === start) return [...way, start].join(' -> ');
        if (seen.has(next)) continue;
        seen.add(next);
        queue.push([...way, next]);
      }
    }
    return undefined;
  };
  return [...graph.keys()].flatMap((folder) => shortestBack(folder) ?? []);
};

if (import.meta.main) {
  const circles = folderCircles(folderGraph(readProjectFiles(['ts', 'tsx'])));
  if (circles.length > 0) {
    process.stderr.write(`Folders import each other in circles:\n  ${circles.join('\n  ')}\n`);
    process.exit(1);
  }
}
