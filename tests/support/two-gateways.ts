/**
 * Parlance as separate processes with two gateways behind one address, as behind a load balancer: connections go to the
 * second gateway when the first is gone.
 */
import { type Balancer, openBalancer } from '#tests/services/balancer.ts';
import { freePort } from '#tests/services/ports.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { type Compose, startCompose } from './compose-processes.ts';

export interface TwoGateways extends AsyncDisposable {
  readonly parlance: Compose;
  /** The one address. */
  readonly origin: string;
  /** What stands at that address. */
  readonly door: Balancer;
}

export interface TwoGatewaysOptions {
  /** The directory of the built web client. */
  readonly site: string;
  /** Seconds for which access tokens of web pages are valid. */
  readonly accessTokenSeconds?: string;
  /** Added to the environment of the workers. */
  readonly worker?: Readonly<Record<string, string>>;
}

export const startTwoGateways = async (options: TwoGatewaysOptions): Promise<TwoGateways> => {
  await using stack = new AsyncDisposableStack();
  const [postgres, redis, rabbitmq] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
  ]);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const atOneAddress = { PUBLIC_URL: origin, SITE_DIR: options.site };
  const { accessTokenSeconds: seconds, worker = {} } = options;
  const issuer = { PUBLIC_URL: origin, ...(seconds === undefined ? {} : { ACCESS_TOKEN_SECONDS: seconds }) };
  const parlance = stack.use(
    await startCompose(
      { postgres, redis, rabbitmq },
      {
        replicas: ['gateway', 'conversations', 'worker'],
        gatewaysAskAll: true,
        environment: { gateway: atOneAddress, 'gateway-2': atOneAddress, issuer, worker, 'worker-2': worker },
      },
    ),
  );
  const targets = parlance.gatewayUrls.map((url) => Number(new URL(url).port));
  const door = stack.use(await openBalancer(port, targets));
  const closing = stack.move();
  return { parlance, origin, door, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
