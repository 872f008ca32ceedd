/**
 * Parlance as separate processes with two gateways behind one address, as behind a load balancer: connections go to the
 * second gateway when the first is gone.
 */
import { openBalancer } from '#tests/services/balancer.ts';
import { freePort } from '#tests/services/ports.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { type Compose, startCompose } from './compose-processes.ts';

export interface TwoGateways extends AsyncDisposable {
  readonly parlance: Compose;
  /** The one address. */
  readonly origin: string;
}

/** @param site the directory of the built web client */
export const startTwoGateways = async (site: string): Promise<TwoGateways> => {
  await using stack = new AsyncDisposableStack();
  const [postgres, redis, rabbitmq] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
  ]);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const atOneAddress = { PUBLIC_URL: origin, SITE_DIR: site };
  const parlance = stack.use(
    await startCompose(
      { postgres, redis, rabbitmq },
      {
        replicas: ['gateway', 'conversations', 'worker'],
        gatewaysAskAll: true,
        environment: { gateway: atOneAddress, 'gateway-2': atOneAddress, issuer: { PUBLIC_URL: origin } },
      },
    ),
  );
  const targets = parlance.gatewayUrls.map((url) => Number(new URL(url).port));
  stack.use(await openBalancer(port, targets));
  const closing = stack.move();
  return { parlance, origin, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
