/** How connections with streams are kept alive, and how long a silent client is waited for. */
export interface KeepAlive {
  /** Milliseconds between two signs of life that a client is sent: a ping, or a comment or an empty part over HTTP. */
  readonly pingEveryMs: number;
  /** Milliseconds after which a client is cut off that neither answers nor takes in what waits for it. */
  readonly idleTimeoutMs: number;
}

/** The pings: below the idle limits of usual load balancers (60 s), several times over. */
export const defaultKeepAlive: KeepAlive = { pingEveryMs: 12_000, idleTimeoutMs: 24_000 };
