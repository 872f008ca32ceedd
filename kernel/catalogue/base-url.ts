/**
 * Addresses of providers as people write them into variables: `http://host:8000/v1`, `http://host:11434`, or Ollama's
 * bare `host:port`.
 */

const ollamaPort = '11434';

/**
 * The address before `/chat/completions`, without a slash at its end. Undefined when the text is not an address.
 * @param usualPath where the text has no path.
 */
export const parseBaseUrl = (text: string, usualPath = '/v1'): string | undefined => {
  const bare = !/^https?:\/\//.test(text);
  const candidate = bare ? `http://${text}` : text;
  if (!URL.canParse(candidate)) return undefined;
  const url = new URL(candidate);
  if (bare && url.port === '') url.port = ollamaPort;
  // OLLAMA_HOST also says where the server listens. Its "everywhere" is reached on this machine.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path === '' ? usualPath : path}`;
};
