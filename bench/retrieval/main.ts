/**
 * `npm run retrieval`: how well and how fast passages are found, beside what is aimed at. Runs on the embedded database
 * with pgvector and the embedded encoder. `-- --show` lists the questions in view whose passage is not the first;
 * `--in-view` asks no other ones, for whoever changes the search; `--passages N` sets how many passages 50 tenants have
 * together. Never fails: it prints what it measured.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { openPglite } from '#kernel/database/pglite.ts';
import type { Embedder } from '#kernel/embedding/embedder.ts';
import { createEmbedders, type Embedders } from '#kernel/embedding/embedders.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import { knowledgeTables } from '../../subgraphs/knowledge/entities.ts';
import { searchDocuments } from '../../subgraphs/knowledge/search/search-documents.ts';
import { type CorpusQuestion, type QuestionSet, questionSets, readCorpus } from './corpus.ts';
import { addCollection, addDocuments, addNoise, type FillServices, type Owner } from './filled-database.ts';

const { values } = parseArgs({
  options: {
    show: { type: 'boolean', default: false },
    'in-view': { type: 'boolean', default: false },
    passages: { type: 'string', default: '100000' },
  },
});
const tenants = 50;
const write = (line: string): void => void process.stdout.write(`${line}\n`);

/** Returns the vector of a text that it has embedded before at once, so that a search is timed without embedding. */
const remembering = (embedders: Embedders): Embedders => {
  const known = new Map<string, Promise<Awaited<ReturnType<Embedder['embed']>>>>();
  return {
    ...embedders,
    find(modelId) {
      const embedder = embedders.find(modelId);
      return (
        embedder && {
          ...embedder,
          embed(texts, purpose, signal) {
            const key = JSON.stringify(texts);
            const made = known.get(key) ?? embedder.embed(texts, purpose, signal);
            known.set(key, made);
            return made;
          },
        }
      );
    },
  };
};

interface Outcome {
  readonly question: CorpusQuestion;
  /** Of the right passage, from 1; 0 where it is not among the first 5. */
  readonly place: number;
  readonly top: string;
  readonly foreign: number;
}

const ask = async (services: FillServices, owner: Owner, question: CorpusQuestion): Promise<Outcome> => {
  const { tenantId, userId, collectionId } = owner;
  const identity = { tenantId, userId, roles: ['USER' as const], scopes: [] };
  const search = { collectionIds: [collectionId, foreignCollection], query: question.text, first: 5 };
  const { hits } = await searchDocuments(services, identity, search);
  const { answer } = question;
  const isRight = (name: string, text: string): boolean => name === answer?.document && text.includes(answer.words);
  const foreign = hits.filter(({ fileId }) => foreignFiles.has(fileId)).length;
  const place = hits.findIndex(({ fileName, text }) => isRight(fileName, text)) + 1;
  return { question, place, foreign, top: hits[0]?.fileName ?? 'nothing' };
};

const share = (outcomes: readonly Outcome[], most: number): string => {
  if (outcomes.length === 0) return '-';
  const found = outcomes.filter(({ place }) => place > 0 && place <= most).length;
  return `${found}/${outcomes.length} (${((100 * found) / outcomes.length).toFixed(1)}%)`;
};

const percentile = (times: readonly number[], part: number): string => {
  const sorted = times.toSorted((one, other) => one - other);
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1)} ms`;
};

interface Times {
  readonly wall: number[];
  /** Of this process, with the database in it: what a machine takes that has nothing else to do. */
  readonly processor: number[];
}

const time = async (services: FillServices, owner: Owner, questions: readonly CorpusQuestion[]): Promise<Times> => {
  for (const question of questions) await ask(services, owner, question);
  const times: Times = { wall: [], processor: [] };
  for (const question of [...questions, ...questions]) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    await ask(services, owner, question);
    times.wall.push(performance.now() - began);
    const { user, system } = process.cpuUsage(before);
    times.processor.push((user + system) / 1_000);
  }
  return times;
};

const directory = await mkdtemp(join(tmpdir(), 'parlance-retrieval-'));
await using opened = new AsyncDisposableStack();
opened.defer(() => rm(directory, { recursive: true, force: true }));
const logger = createLogger('retrieval', 'error');
const database = opened.use(await openPglite(join(directory, 'postgres'), [knowledgeTables]));
const ports = opened.use(await openPorts({ DATA_DIR: directory, SERVICE_START_TIMEOUT_MS: 1_000 }, logger));
const encoder = opened.use(createEmbedders({ EMBEDDING_TIMEOUT_MS: 1_000 }, { providers: [], models: [] }, {}));
const services = { database, ports, embedders: remembering(encoder), logger };
const { documents, questions: all } = readCorpus();
const questions = values['in-view'] ? all.filter(({ set }) => set === 'IN_VIEW') : all;
const sets = values['in-view'] ? questionSets.slice(0, 1) : questionSets;

const owner = await addCollection(services, uuidv7());
await addDocuments(services, owner, documents);
// The same documents of another tenant, and of another user of this one.
const other = await addCollection(services, uuidv7());
await addDocuments(services, other, documents);
const colleague = await addCollection(services, owner.tenantId);
await addDocuments(services, colleague, documents.slice(0, 12));
const foreignCollection = colleague.collectionId;
const foreignRows = await database.asSystem((em) =>
  em.execute<{ file_id: string }[]>('select file_id from knowledge.collection_documents where collection_id <> ?', [
    owner.collectionId,
  ]),
);
const foreignFiles = new Set(foreignRows.map(({ file_id }) => file_id));

const outcomes: Outcome[] = [];
for (const question of questions) outcomes.push(await ask(services, owner, question));
const withAnswer = outcomes.filter(({ question }) => question.answer !== undefined);
const ofSet = (wanted: QuestionSet): readonly Outcome[] => withAnswer.filter(({ question }) => question.set === wanted);

const [size] = await database.asSystem((em) =>
  em.execute<{ own: string }[]>('select count(*) as own from knowledge.chunks where tenant_id = ?', [owner.tenantId]),
);
const [termsOfPassage] = await database.asSystem((em) =>
  em.execute<{ average: string }[]>('select round(avg(length(terms))) as average from knowledge.chunks'),
);
const wanted = Number(values.passages);
const each = Math.ceil(wanted / tenants);
await addNoise(services, owner, { from: other, count: Math.max(0, each - Number(size?.own ?? 0)) });
for (let tenant = 1; tenant < tenants; tenant += 1) {
  await addNoise(services, await addCollection(services, uuidv7()), { from: other, count: each });
}
await database.asSystem((em) => em.execute('select 1'));
const times = await time(services, owner, questions);

write(`${documents.length} documents, ${questions.length} questions, ${withAnswer.length} of them with an answer\n`);
write('| what | aim | measured |\n|---|---|---|');
const names = { IN_VIEW: 'in view', HELD_OUT: 'held out', HELD_OUT_2: 'held out 2' } satisfies Record<
  QuestionSet,
  string
>;
for (const one of sets) {
  const identifiers = ofSet(one).filter(({ question }) => question.kind === 'identifier');
  write(`| ${names[one]}: right passage among the first 5 | 92% | ${share(ofSet(one), 5)} |`);
  write(`| ${names[one]}: right passage first | 80% | ${share(ofSet(one), 1)} |`);
  if (identifiers.length > 0)
    write(`| ${names[one]}: identifiers, among the first 5 | 100% | ${share(identifiers, 5)} |`);
}
write(`| foreign passages | 0 | ${outcomes.reduce((sum, { foreign }) => sum + foreign, 0)} |`);
write(
  `| search, p95, ${wanted} passages of ${tenants} tenants, without embedding | 60 ms | ${percentile(times.wall, 0.95)} |`,
);
write(`| search, p50, likewise | | ${percentile(times.wall, 0.5)} |`);
write(`| processor time of a search, p95 | | ${percentile(times.processor, 0.95)} |`);
write(`| terms of a passage, on average | | ${termsOfPassage?.average} |`);
write(`| load of the machine (1 minute, ${availableParallelism()} cores) | | ${loadavg()[0]?.toFixed(1)} |`);
write(
  `\n| part |${sets.map((one) => ` ${names[one]}: first 5 | first |`).join('')}\n|---|${sets.map(() => '---|---|').join('')}`,
);
const parts = [...new Set(withAnswer.flatMap(({ question }) => [question.language, question.kind]))];
for (const part of parts) {
  const of = (those: readonly Outcome[]) =>
    those.filter(({ question }) => question.language === part || question.kind === part);
  const cells = sets.map((one) => of(ofSet(one))).flatMap((those) => [share(those, 5), share(those, 1)]);
  write(`| ${part} | ${cells.join(' | ')} |`);
}
if (values.show) {
  // Not those that are held out: who sees them tunes to them.
  for (const { question, place, top } of ofSet('IN_VIEW').filter((outcome) => outcome.place !== 1)) {
    write(`${place || '-'} ${question.text} (${question.answer?.document}; first: ${top})`);
  }
}
