/** How connections with streams are kept alive, and after how long an idle client is disconnected. */
export interface KeepAlive {
  /** Milliseconds between two signs of life for a client: a ping, or a comment or an empty part over HTTP. */
  readonly pingEveryMs: number;
  /** Milliseconds after which a client is disconnected that neither responds nor reads what waits for it. */
  readonly idleTimeoutMs: number;
}

/** The pings are several times more frequent than the idle limits of usual load balancers (60 s). */
export const defaultKeepAlive: KeepAlive = { pingEveryMs: 12_000, idleTimeoutMs: 24_000 };
