/**
 * The development issuer over HTTP: the provider, and the page on which people choose who they are, without a password.
 * Invariant: it responds only to requests for a loopback name, so that a page of another site cannot reach it under a
 * name of its own (DNS rebinding).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { developmentTenants } from '#kernel/development-tenants.ts';
import { readBody } from '../../gateway/http/request-body.ts';
import { escapeHtml, renderPage } from '../../gateway/sign-in/plain-page.ts';
import { createProvider, findDevelopmentUser, type ProviderOptions, signInPath } from './provider.ts';

const longestForm = 1024;
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether the request names this machine, as browsers understand it (RFC 6761, 6.3). */
const isForLoopback = ({ headers: { host } }: IncomingMessage): boolean => {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return loopback.has(hostname) || hostname.endsWith('.localhost');
};

const peoplePage = (): string =>
  developmentTenants
    .map(({ name: tenant, users }) => {
      const buttons = users.map(({ id, name, roles }) => {
        const said = escapeHtml(`${name[0]?.toUpperCase()}${name.slice(1)}`);
        return `<button name="user" value="${id}">${said} <small>${escapeHtml(roles.join(', '))}</small></button>`;
      });
      return `<h2>${escapeHtml(tenant)}</h2>${buttons.join('')}`;
    })
    .join('');

const choosePage = renderPage({
  title: 'Who are you?',
  content: `<p>This is the sign-in of a development installation: choose a person. Nobody has a password.</p>
<form method="post">${peoplePage()}<h2>Or</h2><button name="user" value="">Do not sign in</button></form>`,
});

const respond = (response: ServerResponse, status: number, { html, policy }: ReturnType<typeof renderPage>): void => {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
  });
  response.end(html);
};

const overPage = renderPage({
  title: 'This sign-in is over',
  content: '<p>It took too long, or it ended in another tab. Go back to the page that you came from and try again.</p>',
});

const choose = async (provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const form = new URLSearchParams(String(await readBody(request, longestForm)));
  const found = findDevelopmentUser(form.get('user') ?? undefined);
  const result = found
    ? { login: { accountId: found.user.id } }
    : { error: 'access_denied', error_description: 'The person chose not to sign in.' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
};

const isKnownInteraction = (provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<boolean> =>
  provider.interactionDetails(request, response).then(
    () => true,
    () => false,
  );

/** Serves everything below the path of the issuer's address. */
export const createIssuerPages = (
  options: ProviderOptions,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const provider = createProvider(options);
  const handle = provider.callback();
  const basePath = new URL(options.issuer).pathname.replace(/\/$/, '');

  return async (request, response) => {
    if (!isForLoopback(request)) {
      response.writeHead(421, { 'content-type': 'text/plain' });
      response.end('The development issuer is for this machine only: use a loopback name, such as 127.0.0.1.\n');
      return;
    }
    const whole = request.url ?? '/';
    const url = whole.slice(basePath.length) || '/';
    if (url.startsWith(`${signInPath}/`) && (request.method === 'GET' || request.method === 'POST')) {
      if (!(await isKnownInteraction(provider, request, response))) respond(response, 400, overPage);
      else if (request.method === 'GET') respond(response, 200, choosePage);
      else await choose(provider, request, response);
      return;
    }
    // The provider finds its own address as in Express.
    Object.assign(request, { originalUrl: whole, url });
    await handle(request, response);
  };
};
