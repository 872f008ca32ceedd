/** Markdown, a piece for each heading. What stands within fences is no heading. */
import type { PageCollector } from './page-collector.ts';

const headingLine = /^#{1,6}[ \t]+(.{1,500}?)[ \t#]*$/;
const fenceLine = /^[ ]{0,3}(```|~~~)/;

export const readMarkdown = (text: string, collector: PageCollector): null => {
  let heading: string | undefined;
  let lines: string[] = [];
  let isFenced = false;
  const end = (): void => {
    collector.add({ page: null, ...(heading === undefined ? {} : { heading }), text: lines.join('\n') });
    lines = [];
  };
  for (const line of text.split(/\r\n?|\n/)) {
    if (fenceLine.test(line)) isFenced = !isFenced;
    const title = isFenced ? undefined : headingLine.exec(line)?.[1];
    if (title === undefined) {
      lines.push(line);
      continue;
    }
    end();
    heading = title;
  }
  end();
  return null;
};
