/** The address of signed URLs by `BLOBS_URL` alone, for processes that only let browsers reach the store. */

export const defaultRegion = 'us-east-1';

/** AWS has the bucket in its host name. */
export const publicOriginOf = (url: string): string => {
  const { hostname: bucket, searchParams } = new URL(url);
  const endpoint = searchParams.get('publicEndpoint') ?? searchParams.get('endpoint');
  if (endpoint !== null) return new URL(endpoint).origin;
  return `https://${bucket}.s3.${searchParams.get('region') ?? defaultRegion}.amazonaws.com`;
};
