/** The text of a PPTX: a page for each slide, in the order in which they are shown, under its title. */
import { posix } from 'node:path';
import { damaged } from './extraction-fault.ts';
import type { PageCollector } from './page-collector.ts';
import { readXml } from './xml-reader.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';

const readOrder = async (archive: ZipArchive): Promise<readonly string[]> => {
  const targets = new Map<string, string>();
  await readXml(archive, 'ppt/_rels/presentation.xml.rels', {
    open(name, { Id = '', Target = '' }) {
      if (name === 'Relationship') targets.set(Id, posix.join('ppt', Target).replace(/^ppt\/ppt\//, 'ppt/'));
    },
  });
  const slides: string[] = [];
  const found = await readXml(archive, 'ppt/presentation.xml', {
    open(name, attributes) {
      const path = name === 'sldId' ? targets.get(attributes['r:id'] ?? '') : undefined;
      if (path !== undefined) slides.push(path);
    },
  });
  if (!found) throw damaged();
  return slides;
};

class SlideText {
  title = '';
  body = '';
  readonly #collector: PageCollector;
  #isTitle = false;
  #reads = false;

  constructor(collector: PageCollector) {
    this.#collector = collector;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'sp') this.#isTitle = false;
    else if (name === 'ph') this.#isTitle = /title/i.test(attributes['type'] ?? '');
    else if (name === 't') this.#reads = true;
    else if (name === 'br') this.#add('\n');
    else if (name === 'tc' && !this.body.endsWith('\n') && this.body !== '') this.#add(' | ');
  }

  text(text: string): void {
    if (!this.#reads) return;
    this.#collector.expect(text.length);
    this.#add(text);
  }

  close(name: string): void {
    if (name === 't') this.#reads = false;
    else if (name === 'tr') this.#add('\n');
    else if (name === 'p') this.#add('\n');
    else if (name === 'tc') this.body = this.body.trimEnd();
  }

  #add(text: string): void {
    if (this.#isTitle) this.title += text;
    else this.body += text;
  }
}

/** Returns the number of slides. */
export const readSlides = async (path: string, collector: PageCollector): Promise<number> => {
  using archive = await openZipArchive(path);
  const slides = await readOrder(archive);
  collector.checkPage(slides.length);
  for (const [index, slide] of slides.entries()) {
    const text = new SlideText(collector);
    await readXml(archive, slide, text);
    const heading = text.title.replaceAll(/\s+/g, ' ').trim();
    collector.add({ page: index + 1, ...(heading === '' ? {} : { heading }), text: text.body });
  }
  return slides.length;
};
