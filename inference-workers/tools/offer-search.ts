/**
 * Offers the search in documents to the models of a reply that may draw on some. Invariant: the tool is known by its
 * identity and not by its name, so no job and no tool of a tenant can pass as it; a tool of the tenant with the same
 * name takes its place.
 */
import type { ReplyJob, Tool } from '#contracts/generation-job.ts';
import { searchDocumentsTool } from '#contracts/search-documents-tool.ts';

const { name, description, parameters } = searchDocumentsTool;
/** In the form of a tool of the tenant. It has no address. */
const search: Tool = {
  ...{ name, description, url: '', secret: '', timeoutMs: 5_000 },
  parameters: { ...parameters, properties: { query: { ...parameters.properties.query } }, required: ['query'] },
};

export const offerSearch = (job: ReplyJob): ReplyJob => {
  const tools = job.tools ?? [];
  if (job.documents === undefined || tools.some((tool) => tool.name === name)) return job;
  return { ...job, tools: [...tools, search] };
};

/** The job as it came, for others to run. */
export const withoutSearch = (job: ReplyJob): ReplyJob =>
  job.tools?.includes(search) ? { ...job, tools: job.tools.filter((tool) => tool !== search) } : job;

export const offersSearch = (tools: readonly Tool[]): boolean => tools.includes(search);

export const isSearch = ({ tools = [] }: ReplyJob, call: { readonly name: string }): boolean =>
  call.name === name && offersSearch(tools);
