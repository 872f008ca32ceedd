/**
 * Runs in the explorer page. It sends GraphiQL's queries and mutations by fetch, and each subscription over a
 * graphql-transport-ws socket of its own. The user's headers become the request's headers, and the payload of
 * ConnectionInit. Without a token among them, the session counts with which the browser is signed in, if it is.
 */
const subscribeOverSocket = (url, payload, headers, sink) => {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  let ended = false;
  const end = (act) => {
    if (!ended) {
      ended = true;
      act();
      socket.close(1000);
    }
  };
  socket.onopen = () => send({ type: 'connection_init', payload: headers });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload });
    else if (message.type === 'ping') send({ type: 'pong' });
    else if (message.type === 'next') sink.next(message.payload);
    else if (message.type === 'error') end(() => sink.error({ errors: message.payload }));
    else if (message.type === 'complete') end(() => sink.complete());
  };
  socket.onclose = ({ code, reason }) => end(() => sink.error(new Error(`closed: ${code} ${reason}`)));
  return { unsubscribe: () => end(() => {}) };
};

/**
 * Drops the Authorization that the page shows as an example, because the schema can be read before anybody has signed
 * in.
 */
const entered = (headers) =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([, value]) => !String(value).includes('<token>')));

/** The variables in the page's address, as GraphiQL takes them. The operation beside them it reads by itself. */
// biome-ignore lint/correctness/noUnusedVariables: the page calls it.
const addressVariables = () => new URLSearchParams(location.search).get('variables') ?? undefined;

// biome-ignore lint/correctness/noUnusedVariables: the page calls it.
const createExplorerFetcher = (endpoint) => {
  const url = new URL(endpoint, location.href);
  const socketUrl = url.href.replace(/^http/, 'ws');
  return async (params, options) => {
    const headers = entered(options?.headers);
    const operation = options?.documentAST?.definitions.find(
      (definition) =>
        definition.kind === 'OperationDefinition' &&
        (!params.operationName || definition.name?.value === params.operationName),
    );
    if (operation?.operation === 'subscription') {
      return { subscribe: (sink) => subscribeOverSocket(socketUrl, params, headers, sink) };
    }
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-parlance-session': '1', ...headers },
      body: JSON.stringify(params),
    });
    return response.json();
  };
};
